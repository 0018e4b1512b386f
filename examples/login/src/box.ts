import { mobDialect } from '@polysms/provider-mob/simulator';
import { startSimulator } from '@polysms/simulator';

const { BOX_PORT: port = '4600', MOB_PORT: mobPort = '4601' } = process.env;

const box = await startSimulator({
  dialects: [mobDialect()],
  port: Number(port),
  ports: { mob: Number(mobPort) },
});
console.log(`The phones are at ${box.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void box.close());
