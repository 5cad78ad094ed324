export { Popover } from './Popover'
export { default as menuStyles } from './menu.module.css'
