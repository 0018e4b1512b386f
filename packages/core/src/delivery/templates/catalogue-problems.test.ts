import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePhoneNumber } from '../../phone/parse.js';
import { createTemplateCatalogue, type TemplateCatalogueOptions, type TemplateProvider } from './catalogue.js';

const to = parsePhoneNumber('+8613800138000');
const envelope = { id: 'message-1', to };
const templates: TemplateProvider = { id: 'mob', sends: { text: false, template: true, senderId: false } };
const texts: TemplateProvider = { id: 'twilio', sends: { text: true, template: false, senderId: true } };
const both: TemplateProvider = { id: 'both', sends: { text: true, template: true, senderId: true } };
const neither: TemplateProvider = { id: 'verify', sends: { text: false, template: false, senderId: false } };

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
    [
      'something holds half a character',
      {
        't\ud83d': { text: 'x', providers: { mob: { template: 'T' } } },
        u: { params: ['\ude00'], text: 'x\ud83d', providers: { mob: { template: '\ud83d', signature: '\ude00' } } },
        v: { params: ['a'], text: 'x', providers: { mob: { template: 'T', params: { '\ud83d': 'a' } } } },
      },
      [
        'templates["t\\ud83d"]: its name holds half a character, such as half an emoji; cut texts between characters',
        'templates["u"].params: "\\ude00" holds half a character, such as half an emoji; cut texts between characters',
        'templates["u"].text: holds half a character, such as half an emoji; cut texts between characters',
        'templates["u"].providers["mob"].template: holds half a character, such as half an emoji; cut texts between characters',
        'templates["u"].providers["mob"].signature: holds half a character, such as half an emoji; cut texts between characters',
        'templates["u"].providers["mob"].params: "\\ude00" holds half a character, such as half an emoji; cut texts between characters',
        'templates["v"].providers["mob"].params: "\\ud83d" holds half a character, such as half an emoji; cut texts between characters',
      ],
    ],
    [
      'the id of a vendor’s template is blank',
      { t: { text: 'x', providers: { mob: { template: ' ' } } } },
      [
        'templates["t"].providers["mob"].template: must be the vendor\'s id of the template, a string that is not empty',
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
      expect(() => catalogue.render(name, {}, envelope, provider)).toThrow(
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
