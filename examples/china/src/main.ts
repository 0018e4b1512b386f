import { startChinaApp } from './app.js';
import { accountsIn, startChinaBox } from './box.js';

const write = (line: string) => void process.stdout.write(`${line}\n`);
const to = '+8613800138000';

await using box = await startChinaBox();
await using app = await startChinaApp((publicUrl) => accountsIn(box, publicUrl));
const { sms } = app;
const delivered = new Promise<string>((resolve) => {
  sms.on('report', ({ provider, state }) => {
    if (state === 'delivered') resolve(provider);
  });
});

const { id, attempts } = await sms.verifications.start({ to, purpose: 'login' });
const code = box.messages.at(-1)?.code ?? '';
const { outcome } = await sms.verifications.check({ id, purpose: 'login', code });
write(`code: sent by ${attempts.at(-1)?.provider}, ${outcome}`);

box.configure('mob', { balance: 0 });
const notice = { to, template: 'shipped', params: { order: '42', carrier: 'SF' }, idempotencyKey: 'shipped:42' };
const { provider } = await sms.send(notice);
write(`notice, with the balance of Mob used up: sent by ${provider}`);
write(`report: delivered by ${await delivered}`);
