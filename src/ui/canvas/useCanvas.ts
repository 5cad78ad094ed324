/** A canvas that fills its box, sharp on every screen, drawn again when its box, its inputs or the theme change: at most once a frame. */
import { useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import type { RefObject } from 'react'
import { useStore } from '../../store'
import { currentPalette } from './palette'
import type { Palette } from './palette'

export interface Size {
  readonly width: number
  readonly height: number
}

export type Draw = (context: CanvasRenderingContext2D, size: Size, palette: Palette) => void

/** The size of an element's box, kept up to date. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const box = element.current
    if (box === null) return undefined
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = box
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    return () => observer.disconnect()
  }, [element])
  return size
}

/** Draws after every render of the component that calls it, and when the theme changes. */
export function useCanvas(canvas: RefObject<HTMLCanvasElement | null>, size: Size, draw: Draw): void {
  useStore((state) => state.theme)
  useSyncExternalStore(onSystemTheme, isSystemDark)
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const context = canvas.current?.getContext('2d')
      if (context === null || context === undefined || size.width === 0) return
      const ratio = Math.min(3, window.devicePixelRatio)
      const width = Math.round(size.width * ratio)
      const height = Math.round(size.height * ratio)
      if (context.canvas.width !== width || context.canvas.height !== height) {
        context.canvas.width = width
        context.canvas.height = height
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      context.clearRect(0, 0, size.width, size.height)
      draw(context, size, currentPalette())
    })
    return () => cancelAnimationFrame(frame)
  })
}

const systemDark = matchMedia('(prefers-color-scheme: dark)')

function onSystemTheme(changed: () => void): () => void {
  systemDark.addEventListener('change', changed)
  return () => systemDark.removeEventListener('change', changed)
}

function isSystemDark(): boolean {
  return systemDark.matches
}
