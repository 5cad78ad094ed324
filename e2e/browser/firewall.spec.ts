/** Firewall and NAT on the page: lines are read while they are typed, rules count, connections run out, and all of it can be taken back. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './page'

test('a line is told what is wrong with it, then becomes a rule that counts and can be deleted', async ({
  scope,
  page,
}) => {
  await scope.open('three-way-handshake')
  await page.getByRole('tab', { name: 'Firewall & NAT' }).click()
  await page.getByRole('radio', { name: 'server' }).check()
  const rules = page.getByRole('region', { name: 'Rules' })
  await expect(rules).toContainText('No rules: every packet passes')
  const line = page.getByRole('textbox', { name: 'A line for iptables or conntrack' })
  await line.fill('-A INPUT --dport 80 -j DROP')
  await expect(page.getByText('--dport needs -p tcp or udp before it.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await page.getByRole('button', { name: 'Drop a port' }).click()
  await page.getByRole('button', { name: 'Apply' }).click()
  const row = rules.getByRole('row', { name: /--dport 80 -j DROP/ })
  await expect(row).toBeVisible()
  await scope.stepUntil(async () => /^1\s*1\s*60/.test(((await row.textContent()) ?? '').trim()))
  await page.getByRole('button', { name: 'Delete rule filter INPUT 1' }).click()
  await expect(rules).toContainText('No rules: every packet passes')
})

test('the connections of a NAT router are shown with both their sides, and can be forgotten', async ({
  scope,
  page,
}) => {
  await scope.open('nat-router')
  await page.getByRole('tab', { name: 'Firewall & NAT' }).click()
  const flows = page.getByRole('region', { name: 'Tracked connections' })
  await scope.stepUntil(() => flows.getByText('192.168.1.10:5000 → 203.0.113.80:80').isVisible())
  await expect(flows.getByText('203.0.113.80:80 → 203.0.113.5:5000')).toBeVisible()
  await expect(flows.getByText('SYN_SENT')).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).include('#details-panel').analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await flows.getByRole('button', { name: 'Forget all' }).click()
  await expect(flows).toContainText('No connection is in the table.')
})
