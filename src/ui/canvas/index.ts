export { cross, hatch, hostColours, setFont } from './palette'
export type { HostColours, Palette } from './palette'
export { useCanvas, useSize } from './useCanvas'
export type { Draw, Size } from './useCanvas'
