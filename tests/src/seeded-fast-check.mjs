// What tests get for fast-check: the same, with one seed for all properties, so that a run can be repeated.
import { createRequire } from 'node:module';

const fc = createRequire(import.meta.url)('fast-check').default;
fc.configureGlobal({ seed: Number(process.env['POLYSMS_TEST_SEED'] ?? 20_260_101) });

/** Every code point but the halves of pairs, as the unit `binary`, which takes a second to list them for each use. */
const codePoint = fc.nat({ max: 0x10f7ff }).map(
  (index) => String.fromCodePoint(index < 0xd800 ? index : index + 0x800),
  (character) => {
    const point = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (point === undefined || String.fromCodePoint(point) !== character) throw new Error('This is no code point.');
    return point < 0xd800 ? point : point - 0x800;
  },
);
const string = (constraints = {}) =>
  fc.string(constraints.unit === 'binary' ? { ...constraints, unit: codePoint } : constraints);

export default { ...fc, string };
