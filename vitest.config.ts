import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,examples}/*/src/**/*.test.ts', '{demo,tests}/src/**/*.test.ts'],
  },
});
