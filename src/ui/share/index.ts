export { ExportItems, ExportMenu } from './ExportMenu'
export { readText, saveBytes } from './files'
export { Share } from './Share'
