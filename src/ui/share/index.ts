export { ExportItems, ExportMenu } from './ExportMenu'
export { readText, saveBytes, saveExport } from './files'
export { Share } from './Share'
