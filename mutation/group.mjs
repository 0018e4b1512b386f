import { groups } from './groups.mjs';

// The group that Stryker and its vitest, both in processes of their own, are to work on.
const name = process.env.MUTATION_GROUP;

export const group = groups.find((each) => each.name === name);
if (group === undefined) throw new Error('MUTATION_GROUP must name a group of groups.mjs; `pnpm mutation` sets it.');
