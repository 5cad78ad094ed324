/** English: the source of every other language. */
import { firewall } from './firewall'
import { graphs } from './graphs'
import { heroes } from './heroes'
import { palette } from './palette'
import { process } from './process'
import { programs } from './programs'
import { shell } from './shell'

export const en = { ...shell, ...heroes, ...graphs, ...palette, ...process, ...firewall, ...programs }
