import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../phone/parse.js';
import { createTemplateCatalogue, type TemplateProvider } from './template-catalogue.js';
import type { TemplateCatalogueOptions, TemplateOptions } from './template-catalogue-options.js';

const to = parsePhoneNumber('+8613800138000');
const templates: TemplateProvider = { id: 'mob', sends: { text: false, template: true } };
const texts: TemplateProvider = { id: 'twilio', sends: { text: true, template: false } };
const both: TemplateProvider = { id: 'both', sends: { text: true, template: true } };
const neither: TemplateProvider = { id: 'verify', sends: { text: false, template: false } };

const shipped: TemplateOptions = {
  params: ['order', 'day'],
  text: 'Order {order} comes on {day}. {{{order}}}',
  providers: { mob: { template: '7', signature: 'Acme', params: ['day', 'order'] } },
};

/** What the catalogue refuses, problem by problem. Options may be anything, as from a JSON file. */
function problems(options: unknown, routed: readonly TemplateProvider[], all = routed): string[] {
  try {
    createTemplateCatalogue(options as TemplateCatalogueOptions, routed, all);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'configuration_invalid', outcome: 'not-sent' });
    return String((error as Error).message)
      .replace('createSmsClient(): ', '')
      .split('; templates');
  }
}

describe('a template catalogue', () => {
  it('renders what each provider sends: its own template, or a text', () => {
    const catalogue = createTemplateCatalogue({ shipped }, [templates, texts, both, neither]);
    const params = { order: '42', day: 'Monday' };
    expect(catalogue.render('shipped', params, to, templates)).toStrictEqual({
      kind: 'template',
      to,
      template: '7',
      params: [
        { name: 'day', value: 'Monday' },
        { name: 'order', value: '42' },
      ],
      signature: 'Acme',
    });
    const text = { kind: 'text', to, text: 'Order 42 comes on Monday. {42}' };
    expect(catalogue.render('shipped', params, to, texts)).toStrictEqual(text);
    expect(catalogue.render('shipped', params, to, both)).toStrictEqual(text);
    expect([templates, texts, both, neither].map((each) => catalogue.canRender('shipped', each))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(catalogue.canRender('other', both)).toBe(false);
  });

  it('prefers the provider’s own template to a text, where the provider sends templates', () => {
    const entry = { template: 'T' };
    const options = { hello: { text: 'Hello.', providers: { both: entry, twilio: entry } } };
    const catalogue = createTemplateCatalogue(options, [both, texts]);
    expect(catalogue.render('hello', undefined, to, both)).toStrictEqual({
      kind: 'template',
      to,
      template: 'T',
      params: [],
    });
    expect(catalogue.render('hello', {}, to, texts)).toStrictEqual({ kind: 'text', to, text: 'Hello.' });
  });

  it.each([
    ['all in the declared order, unless told otherwise', undefined, ['a=1', 'b=2', 'c=3']],
    ['a list, in the vendor’s order, some left out', ['c', 'a'], ['c=3', 'a=1']],
    ['none', [], []],
    ['an object, by the vendor’s names, one of ours twice', { x: 'b', y: 'b', z: 'a' }, ['x=2', 'y=2', 'z=1']],
    ['numbered by the vendor', { 2: 'a', 1: 'c' }, ['1=3', '2=1']],
  ])('passes parameters: %s', (_, params, expected) => {
    const entry = { template: 'T', ...(params === undefined ? {} : { params }) };
    const options = { t: { params: ['a', 'b', 'c'], providers: { mob: entry } } };
    const message = createTemplateCatalogue(options, [templates]).render(
      't',
      { c: '3', b: '2', a: '1' },
      to,
      templates,
    );
    expect('params' in message && message.params.map(({ name, value }) => `${name}=${value}`)).toEqual(expected);
  });

  it('puts values in as they are, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (order, day) => {
        const catalogue = createTemplateCatalogue({ shipped }, [texts, templates]);
        const text = `Order ${order} comes on ${day}. {${order}}`;
        expect(catalogue.check('shipped', { order, day })).toBe(undefined);
        expect(catalogue.render('shipped', { order, day }, to, texts)).toStrictEqual({ kind: 'text', to, text });
      }),
    );
    const catalogue = createTemplateCatalogue({ shipped }, [texts, templates]);
    expect(catalogue.render('shipped', { order: '{day} $& {{', day: '{order}' }, to, texts)).toMatchObject({
      text: 'Order {day} $& {{ comes on {order}. {{day} $& {{}',
    });
  });

  it('is not changed by what happens to the options later', () => {
    const params = ['order'];
    const options = { t: { params, text: '{order}' } };
    const catalogue = createTemplateCatalogue(options, [texts]);
    params.push('other');
    options.t.text = 'changed';
    expect(catalogue.render('t', { order: '1' }, to, texts)).toMatchObject({ text: '1' });
    expect(catalogue.check('t', { order: '1' })).toBe(undefined);
  });

  it('takes names that every object has, and sees only what is its own', () => {
    const json = '{"__proto__":{"params":["toString","__proto__"],"text":"{toString}{__proto__}"}}';
    const catalogue = createTemplateCatalogue(JSON.parse(json), [texts]);
    const params = JSON.parse('{"toString":"a","__proto__":"b"}');
    expect(catalogue.check('__proto__', params)).toBe(undefined);
    expect(catalogue.render('__proto__', params, to, texts)).toMatchObject({ text: 'ab' });
    expect(catalogue.check('__proto__', {})?.message).toBe(
      'Template "__proto__": missing: "toString", "__proto__"; it takes "toString", "__proto__".',
    );
    expect(catalogue.canRender('toString', texts)).toBe(false);
    expect(catalogue.check('toString', {})?.message).toBe(
      'There is no template "toString"; the catalogue has "__proto__".',
    );
    expect(() => catalogue.render('__proto__', {}, to, texts)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: 'Template "__proto__": missing: "toString".' }),
    );
  });
});

describe('the check of a call', () => {
  const catalogue = createTemplateCatalogue({ shipped, plain: { text: 'Hello.' } }, [texts], [texts, templates]);
  const message = (name: unknown, params: unknown) => catalogue.check(name as string, params as never)?.message;

  it.each([
    ['exactly the parameters', 'shipped', { order: '', day: 'x' }, undefined],
    ['none where none are declared', 'plain', undefined, undefined],
    ['undefined for one that is not declared', 'plain', { order: undefined }, undefined],
    [
      'a missing and an extra one',
      'shipped',
      { order: '42', dya: 'canary' },
      'Template "shipped": missing: "day"; not a parameter of this template: "dya"; it takes "order", "day".',
    ],
    [
      'one that is undefined',
      'shipped',
      { order: '42', day: undefined },
      'Template "shipped": missing: "day"; it takes "order", "day".',
    ],
    [
      'one that is a number',
      'shipped',
      { order: 482913, day: 'canary' },
      'Template "shipped": must be a string: "order"; it takes "order", "day".',
    ],
    [
      'one where there are none',
      'plain',
      { order: 'canary' },
      'Template "plain": not a parameter of this template: "order"; it takes no parameters.',
    ],
    ['a list', 'plain', ['canary'], 'Template "plain": params must be an object of strings by name.'],
    ['a string', 'plain', 'canary', 'Template "plain": params must be an object of strings by name.'],
    ['another template', 'shiped', {}, 'There is no template "shiped"; the catalogue has "shipped", "plain".'],
    ['no name', undefined, {}, 'The name of a template must be a string.'],
  ])('answers to %s', (_, name, params, expected) => {
    expect(message(name, params)).toBe(expected);
  });

  it('shortens what is no name, and long lists of names', () => {
    expect(message('x'.repeat(1000), {})).toContain(`"${'x'.repeat(64)}…"`);
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`p${index}`, '']));
    expect(message('plain', many)).toContain('"p18", "p19" and 980 more;');
  });

  it('says so when there are no templates at all', () => {
    expect(createTemplateCatalogue({}, [texts]).check('shipped', {})).toStrictEqual({
      code: 'invalid_request',
      message: 'There is no template "shipped": the client was made without the option templates.',
    });
  });

  it('accepts exactly the declared names, and shows no value', () => {
    const names = fc.uniqueArray(fc.constantFrom('order', 'day', 'constructor', '__proto__', 'length', 'canary-free'));
    fc.assert(
      fc.property(names, names, fc.constantFrom('481-canary-162'), (declared, given, value) => {
        const one = createTemplateCatalogue({ t: { params: declared, text: 'x' } }, [texts]);
        const problem = one.check('t', Object.fromEntries(given.map((name) => [name, value])));
        const same = declared.length === given.length && declared.every((name) => given.includes(name));
        expect(problem === undefined).toBe(same);
        expect(problem?.message ?? '').not.toContain(value);
        for (const name of [...declared, ...given]) {
          if (declared.includes(name) !== given.includes(name)) expect(problem?.message).toContain(`"${name}"`);
        }
      }),
    );
  });
});

describe('a catalogue that cannot work', () => {
  const routed = [templates, texts];

  it.each<[string, unknown, string[]]>([
    [
      'a provider that sends templates only has none',
      { t: { text: 'x' } },
      [
        'templates["t"]: provider "mob" cannot render it: it sends templates only; add providers["mob"] with the id of the vendor\'s template',
      ],
    ],
    [
      'a provider that sends texts only has none',
      { t: { providers: { mob: { template: 'T' }, twilio: { template: 'T' } } } },
      ['templates["t"]: provider "twilio" cannot render it: it sends texts only; add a text'],
    ],
    [
      'an entry is for nobody',
      { t: { text: 'x', providers: { mob: { template: 'T' }, mbo: { template: 'T' } } } },
      ['templates["t"].providers["mbo"]: there is no such provider, only "mob", "twilio"'],
    ],
    [
      'a placeholder is not declared',
      { t: { params: ['a'], text: '{a}{b}{__proto__}', providers: { mob: { template: 'T' } } } },
      ['templates["t"].text: uses "b", "__proto__", which params does not declare'],
    ],
    [
      'a text is malformed',
      { t: { text: 'x}', providers: { mob: { template: 'T' } } } },
      ['templates["t"].text: has a single } at character 2; write {name} for a parameter, {{ or }} for a brace'],
    ],
    [
      'a text is empty, and a text is no string',
      { t: { text: '' }, u: { text: 7 } },
      ['t', 'u'].map((name) => `templates["${name}"].text: must be a string that is not empty`),
    ],
    [
      'an entry uses what is not declared',
      { t: { params: ['a'], text: 'x', providers: { mob: { template: 'T', params: { x: 'toString', y: 'a' } } } } },
      ['templates["t"].providers["mob"].params: uses "toString", which the template\'s params does not declare'],
    ],
    [
      'an entry names a parameter twice',
      { t: { params: ['a'], text: 'x', providers: { mob: { template: 'T', params: ['a', 'a'] } } } },
      ['templates["t"].providers["mob"].params: names a parameter twice'],
    ],
    [
      'parameters are declared twice, empty or with braces',
      { t: { params: ['a', 'a'] }, u: { params: [''] }, v: { params: ['{'] }, w: { params: 'a' } },
      [
        'templates["t"].params: declares "a" twice',
        'templates["u"].params: must be a list of names, none of them empty',
        'templates["v"].params: "{" must not contain a brace',
        'templates["w"].params: must be a list of names, none of them empty',
      ],
    ],
    [
      'an entry has a wrong field of every kind',
      { t: { text: 'x', providers: { mob: { template: '', signature: 7, params: 'a', tmeplate: 'canary' } } } },
      [
        'templates["t"].providers["mob"]: does not know "tmeplate", only "template", "signature", "params"',
        'templates["t"].providers["mob"].template: must be the vendor\'s id of the template, a string that is not empty',
        'templates["t"].providers["mob"].signature: must be a string that is not empty; leave it out if the template holds it',
        'templates["t"].providers["mob"].params: must be a list of our names, or an object of our names by the vendor\'s, none of them empty',
      ],
    ],
    [
      'an object maps to what is no name',
      { t: { text: 'x', providers: { mob: { template: 'T', params: { x: 7 } } } } },
      [
        'templates["t"].providers["mob"].params: must be a list of our names, or an object of our names by the vendor\'s, none of them empty',
      ],
    ],
    [
      'a template has a wrong field of every kind',
      { t: { parmas: [], providers: 'canary' } },
      [
        'templates["t"]: does not know "parmas", only "params", "text", "providers"',
        'templates["t"].providers: must be an object by provider id',
      ],
    ],
    [
      'templates and entries are no objects',
      { t: 'canary', u: null, v: { text: 'x', providers: { mob: 'canary' } } },
      [
        'templates["t"]: must be an object',
        'templates["u"]: must be an object',
        'templates["v"].providers["mob"]: must be an object',
      ],
    ],
    ['it is no object', ['canary'], ['templates: must be an object by template name']],
  ])('says so when %s', (_, options, expected) => {
    const found = problems(options, routed);
    expect(found.map((problem) => (problem.startsWith('templates') ? problem : `templates${problem}`))).toEqual(
      expected,
    );
    expect(inspect(found)).not.toContain('canary');
  });

  it('says what a provider that sends both could have', () => {
    expect(problems({ t: {} }, [both])).toEqual([
      'templates["t"]: provider "both" cannot render it: add providers["both"] with the id of the vendor\'s template, or add a text',
    ]);
  });

  it('names each provider once, however many routes it is in, and passes over those that only verify', () => {
    expect(problems({ t: {} }, [texts, texts, neither])).toHaveLength(1);
    expect(problems({ t: {} }, [neither])).toEqual([]);
  });

  it('may have entries for providers of the client that are in no route', () => {
    const options = { t: { text: 'x', providers: { mob: { template: 'T' } } } };
    expect(problems(options, [texts], [texts, templates])).toEqual([]);
    expect(problems(options, [texts])).toHaveLength(1);
    expect(createTemplateCatalogue(options, [texts], [texts, templates]).canRender('t', templates)).toBe(true);
  });

  it('throws an SmsError when asked to render what it cannot', () => {
    const catalogue = createTemplateCatalogue({ t: { text: 'x' } }, [texts]);
    for (const [name, provider] of [
      ['t', neither],
      ['u', texts],
    ] as const) {
      expect(() => catalogue.render(name, {}, to, provider)).toThrow(
        expect.objectContaining({ code: 'unsupported_message', outcome: 'not-sent' }),
      );
    }
  });

  it('is refused with an SmsError or works, whatever JSON it is', () => {
    const keys = fc.constantFrom('params', 'text', 'providers', 'mob', 'template', 'signature', '__proto__', 'a');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('a', '{a}', '', null, 7, true),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(keys, value, { maxKeys: 3 }), (options) => {
        // Throws on anything but a configuration error.
        expect(problems(JSON.parse(JSON.stringify(options)), routed)).toBeInstanceOf(Array);
      }),
    );
  });
});
