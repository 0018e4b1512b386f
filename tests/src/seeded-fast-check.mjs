// What tests get for fast-check: the same, with one seed for all properties, so that a run can be repeated.
import { createRequire } from 'node:module';

const fc = createRequire(import.meta.url)('fast-check').default;
fc.configureGlobal({ seed: Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101) });

export default fc;
