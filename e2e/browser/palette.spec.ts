/** Anything that the page can do is found by typing a few letters of it. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './page'

test('Ctrl K finds a scenario by a word of its title and opens it', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Commands' })
  await expect(field).toBeFocused()
  await field.fill('syn lost scenario')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByRole('button', { name: /Scenario Lost SYN/ })).toBeVisible()
})

test('a kernel setting is found, says what is wrong with a value, and takes a good one', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('client: tcp_syn_retries')
  await page.keyboard.press('Enter')
  const value = page.getByRole('textbox', { name: 'client: tcp_syn_retries' })
  await value.fill('many')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('tcp_syn_retries')
  await expect(value).toHaveValue('many')
  await value.fill('2')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('client: tcp_syn_retries')
  await expect(page.getByRole('dialog').getByRole('option', { name: 'client: tcp_syn_retries' })).toContainText('2')
})

test('the arrows walk the list, Escape closes it and changes nothing', async ({ scope, page }) => {
  await scope.open('three-way-handshake')
  const before = await scope.place()
  await page.getByRole('button', { name: 'Commands', exact: true }).click()
  await expect(page.getByRole('dialog').getByRole('option').nth(0)).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('dialog').getByRole('option').nth(1)).toHaveAttribute('aria-selected', 'true')
  const { violations } = await new AxeBuilder({ page }).include('dialog').analyze()
  expect(violations).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  expect(await scope.place()).toEqual(before)
})
