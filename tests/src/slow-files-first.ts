import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * Files that take seconds, however small they are: they start processes, or wait. One that began last would run alone
 * at the end, while the other processor has nothing to do.
 */
const slow =
  /\/(?:tests\/src\/(?:processes\/|documents|provider-document|new-provider)|examples\/|demo\/|box\/)|(?:conformance|self-test|sample-clients\.long|cli|hanging-providers|http-connecting|redis-[a-z]+|(?:postgres|database)-trouble|shared-pace|killed-workers|queue|outbox|bounded-memory)\.(?:long\.)?test\.ts$|\.browser\.test\.ts$/;

/** As vitest knows it from the last run: those that took longest first. What it does not know yet: slow ones first. */
export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ project, moduleId }: TestSpecification) => {
      const key = `${project.name}:${moduleId.slice(this.ctx.config.root.length + 1)}`;
      return this.ctx.cache.getFileTestResults(key) !== undefined || slow.test(moduleId) ? 0 : 1;
    };
    // Those with a process of their own stay in front.
    const shared = sorted.findIndex(({ project }) => project.config.isolate === false);
    if (shared < 0) return sorted;
    return [...sorted.slice(0, shared), ...sorted.slice(shared).sort((a, b) => place(a) - place(b))];
  }
}
