/** A group of panels that a person can resize; its sizes follow the preset, and what was dragged is remembered. */
import { Children, Fragment, useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import type { GroupImperativeHandle } from 'react-resizable-panels'
import { useStore } from '../../store'
import { keepPanelSizes, panelSizes } from './panels'
import type { GroupName } from './panels'
import styles from './shell.module.css'

interface SplitProps {
  readonly group: GroupName
  readonly orientation: 'horizontal' | 'vertical'
  /** Least size of each panel, px. */
  readonly least: number
  readonly children: ReactNode
}

export function Split({ group, orientation, least, children }: SplitProps) {
  const preset = useStore((state) => state.layout.preset)
  const handle = useRef<GroupImperativeHandle>(null)
  const shown = useRef(preset)
  const sizes = panelSizes(preset, group)
  const ids = Object.keys(sizes)
  useEffect(() => {
    if (shown.current === preset) return
    shown.current = preset
    handle.current?.setLayout({ ...panelSizes(preset, group) })
  }, [preset, group])
  return (
    <Group
      groupRef={handle}
      orientation={orientation}
      defaultLayout={{ ...sizes }}
      className={styles.group}
      onLayoutChanged={(layout, meta) => {
        if (meta.isUserInteraction) keepPanelSizes(shown.current, group, layout)
      }}
    >
      {Children.toArray(children).map((child, i) => (
        <Fragment key={ids[i]}>
          {i > 0 ? (
            <Separator className={orientation === 'horizontal' ? styles.separatorAcross : styles.separatorDown} />
          ) : null}
          <Panel id={ids[i]} minSize={`${least}px`} className={styles.panel}>
            {child}
          </Panel>
        </Fragment>
      ))}
    </Group>
  )
}
