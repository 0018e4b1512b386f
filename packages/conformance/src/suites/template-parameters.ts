import type { Bench } from '../bench.js';
import { demand, demandEqual } from '../demand.js';
import { sendUnchanged } from '../sending.js';
import type { SuitePlan } from '../suite.js';

/** Parameters beyond the first, which an app notices last. */
export function templateParameterTests({ differences, test }: SuitePlan): void {
  const { singleTemplateParameter } = differences;
  if (singleTemplateParameter !== undefined) {
    test(`is given a template with one parameter (${singleTemplateParameter})`, async (bench) => {
      demandEqual(
        parametersOf(bench),
        1,
        `The sample of a template has ${parametersOf(bench)} parameters`,
        'the declared difference has gone: remove singleTemplateParameter from the differences',
      );
    });
    return;
  }

  test('hands over every parameter of a template, in their order', async (bench) => {
    const count = parametersOf(bench);
    demand(
      count >= 2,
      'The sample of a template has less than two parameters',
      'give samples.template a template with two, or declare the difference singleTemplateParameter with a reason',
    );
    // In each message other values stand first, last and alphabetically before the others.
    const values = Array.from({ length: count }, (_, index) => `value-${index}`);
    for (const order of [values, values.toReversed(), values.map((_, index) => `v${(index + 1) % count}`)]) {
      await sendUnchanged(bench, bench.message('template', order));
    }
    await sendUnchanged(
      bench,
      bench.message(
        'template',
        values.map(() => 'the same'),
      ),
    );
  });
}

function parametersOf({ subject }: Bench): number {
  return subject.samples.template?.params.length ?? 0;
}
