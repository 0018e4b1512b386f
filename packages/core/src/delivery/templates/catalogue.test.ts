import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../../phone/parse.js';
import { createTemplateCatalogue, type TemplateOptions, type TemplateProvider } from './catalogue.js';

const to = parsePhoneNumber('+8613800138000');
const envelope = { id: 'message-1', to };
const templates: TemplateProvider = { id: 'mob', sends: { text: false, template: true, senderId: false } };
const texts: TemplateProvider = { id: 'twilio', sends: { text: true, template: false, senderId: true } };
const both: TemplateProvider = { id: 'both', sends: { text: true, template: true, senderId: true } };
const neither: TemplateProvider = { id: 'verify', sends: { text: false, template: false, senderId: false } };

const shipped: TemplateOptions = {
  params: ['order', 'day'],
  text: 'Order {order} comes on {day}. {{{order}}}',
  providers: { mob: { template: '7', signature: 'Acme', params: ['day', 'order'] } },
};

describe('a template catalogue', () => {
  it('renders what each provider sends: its own template, or a text', () => {
    const catalogue = createTemplateCatalogue({ shipped }, [templates, texts, both, neither]);
    const params = { order: '42', day: 'Monday' };
    expect(catalogue.render('shipped', params, envelope, templates)).toStrictEqual({
      ...envelope,
      kind: 'template',
      template: '7',
      params: [
        { name: 'day', value: 'Monday' },
        { name: 'order', value: '42' },
      ],
      signature: 'Acme',
    });
    const text = { kind: 'text', id: 'message-1', to, text: 'Order 42 comes on Monday. {42}' };
    expect(catalogue.render('shipped', params, envelope, texts)).toStrictEqual(text);
    expect(catalogue.render('shipped', params, envelope, both)).toStrictEqual(text);
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
    expect(catalogue.render('hello', undefined, envelope, both)).toStrictEqual({
      ...envelope,
      kind: 'template',
      template: 'T',
      params: [],
    });
    expect(catalogue.render('hello', {}, envelope, texts)).toStrictEqual({
      kind: 'text',
      id: 'message-1',
      to,
      text: 'Hello.',
    });
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
      envelope,
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
        expect(catalogue.render('shipped', { order, day }, envelope, texts)).toStrictEqual({
          kind: 'text',
          id: 'message-1',
          to,
          text,
        });
      }),
    );
    const catalogue = createTemplateCatalogue({ shipped }, [texts, templates]);
    expect(catalogue.render('shipped', { order: '{day} $& {{', day: '{order}' }, envelope, texts)).toMatchObject({
      text: 'Order {day} $& {{ comes on {order}. {{day} $& {{}',
    });
  });

  it('is not changed by what happens to the options later', () => {
    const params = ['order'];
    const options = { t: { params, text: '{order}' } };
    const catalogue = createTemplateCatalogue(options, [texts]);
    params.push('other');
    options.t.text = 'changed';
    expect(catalogue.render('t', { order: '1' }, envelope, texts)).toMatchObject({ text: '1' });
    expect(catalogue.check('t', { order: '1' })).toBe(undefined);
  });

  it('takes names that every object has, and sees only what is its own', () => {
    const json = '{"__proto__":{"params":["toString","__proto__"],"text":"{toString}{__proto__}"}}';
    const catalogue = createTemplateCatalogue(JSON.parse(json), [texts]);
    const params = JSON.parse('{"toString":"a","__proto__":"b"}');
    expect(catalogue.check('__proto__', params)).toBe(undefined);
    expect(catalogue.render('__proto__', params, envelope, texts)).toMatchObject({ text: 'ab' });
    expect(catalogue.check('__proto__', {})).toBe(
      'Template "__proto__": missing: "toString", "__proto__"; it takes "toString", "__proto__".',
    );
    const inherited = Object.create({ toString: 'a', ['__proto__']: 'b' });
    expect(catalogue.check('__proto__', inherited)).toContain('missing: "toString", "__proto__";');
    expect(() => catalogue.render('__proto__', inherited, envelope, texts)).toThrow(/missing: "toString"/);
    expect(catalogue.canRender('toString', texts)).toBe(false);
    expect(catalogue.check('toString', {})).toBe('There is no template "toString"; the catalogue has "__proto__".');
    expect(() => catalogue.render('__proto__', {}, envelope, texts)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: 'Template "__proto__": missing: "toString".' }),
    );
  });
});

describe('the check of a call', () => {
  const catalogue = createTemplateCatalogue({ shipped, plain: { text: 'Hello.' } }, [texts], [texts, templates]);
  const message = (name: unknown, params: unknown) => catalogue.check(name as string, params as never);

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
    expect(createTemplateCatalogue({}, [texts]).check('shipped', {})).toBe(
      'There is no template "shipped": the client was made without the option templates.',
    );
  });

  it('accepts exactly the declared names, and shows no value', () => {
    const names = fc.uniqueArray(fc.constantFrom('order', 'day', 'constructor', '__proto__', 'length', 'canary-free'));
    fc.assert(
      fc.property(names, names, fc.constantFrom('481-canary-162'), (declared, given, value) => {
        const one = createTemplateCatalogue({ t: { params: declared, text: 'x' } }, [texts]);
        const problem = one.check('t', Object.fromEntries(given.map((name) => [name, value])));
        const same = declared.length === given.length && declared.every((name) => given.includes(name));
        expect(problem === undefined).toBe(same);
        expect(problem ?? '').not.toContain(value);
        for (const name of [...declared, ...given]) {
          if (declared.includes(name) !== given.includes(name)) expect(problem).toContain(`"${name}"`);
        }
      }),
    );
  });
});
