import { expect, test } from '@polysms/simulator/playwright';

test('a person logs in with the code that came to the phone', async ({ page, phone }) => {
  await page.goto('/');
  await page.getByLabel('Your phone').fill(phone.number);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await page.getByLabel('Code').fill(await phone.code());
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading')).toHaveText(`Welcome, ${phone.number}`);
});

test('nobody gets in with another code', async ({ page, phone }) => {
  await page.goto('/');
  await page.getByLabel('Your phone').fill(phone.number);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  const code = await phone.code();
  await page.getByLabel('Code').fill(code === '0000' ? '1111' : '0000');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toHaveText('This is not the code.');
});

test('a person is told to come back when the vendor has no money', async ({ page, phone, box }) => {
  await box.fail({ kind: 'balance' }, { vendor: 'mob' });
  await page.goto('/');
  await page.getByLabel('Your phone').fill(phone.number);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await expect(page.getByRole('alert')).toHaveText('Please try again later.');
  expect(await phone.messages()).toEqual([]);
});
