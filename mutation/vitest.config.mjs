import { defineConfig } from 'vitest/config';
import { group } from './group.mjs';

const isLeftOut = (pattern) => pattern.startsWith('!');

export default defineConfig({
  test: {
    include: group.tests.filter((pattern) => !isLeftOut(pattern)),
    exclude: group.tests.filter(isLeftOut).map((pattern) => pattern.slice(1)),
  },
});
