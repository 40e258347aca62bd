import type { FieldType } from '../protocol/index.js';
import { valuesWithin } from './nested-values.js';

/** A class of 45 CFR 164.514(b)(2)(i), by its letter there, and what is done with it unless somebody knows better. */
interface Identifier {
  readonly letter: string;
  readonly name: string;
  readonly rule: string;
  /** By the name of a column, in words that are separated by _. */
  readonly named: RegExp;
  /** By its values; a share of them must fit. */
  readonly looks?: (text: string) => boolean;
}

const digits = (text: string) => text.replaceAll(/\D/g, '');
const isDay = (text: string) => /^(19|20)\d\d-\d\d-\d\d/.test(text) || /^\d{1,2}[/.]\d{1,2}[/.](19|20)\d\d$/.test(text);
const TOKENIZE = '{ tokenize: member_key }';

/** The most telling first: a column is proposed as the first that fits. */
const IDENTIFIERS: readonly Identifier[] = [
  {
    letter: 'G',
    name: 'social security number',
    rule: 'drop',
    named: /(^|_)(ssn|social_security(_\w+)?)(_|$)/,
    looks: (text) => /^(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}$/.test(text),
  },
  {
    letter: 'F',
    name: 'email address',
    rule: 'drop',
    named: /(^|_)e_?mail(_?(address|addr))?$/,
    looks: (text) => /^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/.test(text),
  },
  {
    letter: 'O',
    name: 'IP address',
    rule: 'drop',
    named: /(^|_)ip(_?(address|addr|v4|v6))?$/,
    looks: (text) =>
      /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text) ||
      /^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$/i.test(text),
  },
  {
    letter: 'F',
    name: 'text that may quote an email address',
    rule: 'drop',
    named: /(^|_)(bounce|smtp)_?(reason|message|text|details?)$/,
  },
  { letter: 'E', name: 'fax number', rule: 'drop', named: /(^|_)fax(_|$)/ },
  {
    letter: 'D',
    name: 'telephone number',
    rule: '{ mask: 4 }',
    named: /(^|_)(phone|mobile|cell|telephone|tel|msisdn)(_?(number|no|nr))?(_|$)/,
    looks: (text) =>
      /^\+?[\d\s().-]{10,20}$/.test(text) &&
      /[+\s().-]/.test(text) &&
      /^1?\d{10}$|^\d{11,14}$/.test(digits(text)) &&
      !isDay(text),
  },
  {
    letter: 'H',
    name: 'medical record number',
    rule: TOKENIZE,
    named: /(^|_)(mrn|medical_record(_\w+)?|chart_(number|no|id))(_|$)/,
  },
  {
    letter: 'I',
    name: 'health plan number',
    rule: TOKENIZE,
    named:
      /(^|_)(health_plan|plan_member|beneficiary|medicaid|medicare|mbi|hicn|policy|subscriber|member)_?(id|key|number|no|nr|beneficiary)?$/,
  },
  {
    letter: 'J',
    name: 'account number',
    rule: TOKENIZE,
    named: /(^|_)(account|acct|iban|card)_?(id|key|number|no|nr)$/,
  },
  {
    letter: 'K',
    name: 'certificate or licence number',
    rule: TOKENIZE,
    named: /(^|_)(license|licence|certificate|npi|dea)(_?(id|number|no|nr))?$/,
  },
  {
    letter: 'L',
    name: 'vehicle identifier',
    rule: 'drop',
    named: /(^|_)(vin|license_plate|licence_plate|plate)(_?(number|no))?$/,
    looks: (text) => /^[A-HJ-NPR-Z0-9]{17}$/.test(text) && /[A-Z]/.test(text) && /\d/.test(text),
  },
  {
    letter: 'M',
    name: 'device identifier',
    rule: TOKENIZE,
    named:
      /(^|_)(device|imei|imsi|mac|idfa|idfv|gaid|udid|serial|push_token|registration)(_?(id|token|address|number|no|key))?$/,
    looks: (text) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  },
  {
    letter: 'P',
    name: 'biometric identifier',
    rule: 'drop',
    named: /(^|_)(biometric|fingerprint|voice_?print|retina|iris|face_id)(_\w+)?$/,
  },
  {
    letter: 'Q',
    name: 'photograph',
    rule: 'drop',
    named: /(^|_)(photo|picture|portrait|avatar|image|headshot)(_(url|uri|path))?$/,
  },
  {
    letter: 'N',
    name: 'web address of a person',
    rule: 'drop',
    named: /(^|_)(profile|personal|home|user|member|patient)_?(url|page|site|website)$/,
  },
  {
    letter: 'C',
    name: 'birth date',
    rule: '{ generalise: birth_date }',
    named: /(^|_)(dob|born|birth_?(date|day)?|date_of_birth)(_|$)/,
  },
  { letter: 'C', name: 'age', rule: '{ generalise: age }', named: /(^|_)age(_years)?$/ },
  {
    letter: 'B',
    name: 'ZIP code',
    rule: '{ generalise: zip }',
    named: /(^|_)(zip|postal|post)_?(code|5|9)?$/,
    looks: (text) => /^\d{5}-\d{4}$/.test(text),
  },
  {
    letter: 'B',
    name: 'place below a state',
    rule: 'drop',
    named:
      /(^|_)(street|address|addr|address_?(line)?_?[123]?|city|town|county|precinct|parish|lat|lng|lon|latitude|longitude|geo(code)?)(_?(line|name|1|2))?$/,
    looks: (text) =>
      /^\d{1,5} [A-Z][A-Za-z. ]+ (St|Street|Ave|Avenue|Rd|Road|Blvd|Lane|Ln|Dr|Drive|Ct|Way)\.?$/.test(text),
  },
  {
    letter: 'A',
    name: 'name of a person',
    rule: 'drop',
    named:
      /(^|_)((first|last|given|family|middle|maiden|full|sur|patient|member|person|contact|customer|recipient|doctor|provider)_?names?|surname|fname|lname|forename)$/,
  },
  {
    letter: 'C',
    name: 'date of a person',
    rule: '{ generalise: date }',
    named:
      /(^|_)(admi(t|ssion)|discharge|death|deceased|visit|service|appointment|encounter|diagnosis|procedure|surgery|enrol?lment)_?(date|day|at|time|on)?$/,
  },
  {
    letter: 'R',
    name: 'other number of a person',
    rule: TOKENIZE,
    named:
      /(^|_)(patient|person|user|external|external_user|customer|contact|client|individual|recipient|household|employee|braze|dispatch|guardian|dependent)_?(id|key|uuid|guid|number|no|nr)$/,
  },
];

/** Instants and days of what somebody did tell of a person too, where the record is of one. */
const DATED = { letter: 'C', name: 'date of what a person did', rule: '{ generalise: date }' } as const;

export interface SampledColumn {
  readonly name: string;
  readonly type: FieldType;
  /** Those that are there; not all of them need to be. */
  readonly values: readonly unknown[];
}

export interface Proposal {
  readonly column: string;
  /** Of 45 CFR 164.514(b)(2)(i); null where it is none of the 18. */
  readonly identifier: { readonly letter: string; readonly name: string } | null;
  /** As it stands in `protect`. */
  readonly rule: string;
  readonly by: 'name' | 'values' | 'nothing';
  /** What within its JSON made it so. */
  readonly path?: string;
}

/** Of the values that are there; some hold anything. */
const SHARE = 0.8;
const LEAST = 3;

/** `MemberZIP`, `member-zip` and `member zip` are one name. */
const wordsOf = (name: string) =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z\d]+/g, '_')
    .toLowerCase();

/** Proposes what each column of a stream is, by its name and by how its values look; no value is in what it says. */
export function proposeClasses(columns: readonly SampledColumn[]): readonly Proposal[] {
  const found = columns.map((column) => identifierOf(column));
  // Where somebody is told apart, a day is a day of a person.
  const isOfPersons = found.some((one) => one !== undefined);
  return columns.map(({ name, type }, at) => {
    const one = found[at];
    if (one !== undefined) {
      const { identifier, by, path } = one;
      const { letter, name: called } = identifier;
      // The other rules are for a value; what is somewhere in JSON goes with the whole.
      const rule = path === undefined ? identifier.rule : 'drop';
      return { column: name, identifier: { letter, name: called }, rule, by, ...(path === undefined ? {} : { path }) };
    }
    if (isOfPersons && (type === 'date' || type === 'timestamp' || type === 'timestamptz'))
      return { column: name, identifier: { letter: DATED.letter, name: DATED.name }, rule: DATED.rule, by: 'values' };
    return { column: name, identifier: null, rule: 'keep', by: 'nothing' };
  });
}

interface Judgement {
  readonly identifier: Identifier;
  readonly by: 'name' | 'values';
  readonly path?: string;
}

/** By its own name and values, else by the most telling of what is nested in them. */
function identifierOf({ name, values: sample }: SampledColumn): Judgement | undefined {
  const { values, nested } = valuesWithin(name, sample);
  const own = judged(name, values);
  if (own !== undefined) return own;
  const within = nested.flatMap(({ path, shown, values: texts }) => {
    const one = judged(path.join('_'), texts);
    return one === undefined ? [] : [{ ...one, path: shown }];
  });
  return within.toSorted((a, b) => IDENTIFIERS.indexOf(a.identifier) - IDENTIFIERS.indexOf(b.identifier))[0];
}

function judged(name: string, values: readonly string[]): Judgement | undefined {
  const words = wordsOf(name);
  const byName = IDENTIFIERS.find(({ named }) => named.test(words));
  if (byName !== undefined) return { identifier: byName, by: 'name' };
  if (values.length < LEAST) return undefined;
  const byValues = IDENTIFIERS.find(
    ({ looks }) => looks !== undefined && values.filter(looks).length >= values.length * SHARE,
  );
  return byValues === undefined ? undefined : { identifier: byValues, by: 'values' };
}

const MASK = '***';
/** `"member_id": "…"`, `email=…`, and what PostgreSQL says of a key: `(member_id)=(…)`. Sentences in which such a word has a colon stay. */
const PAIR =
  /(\b|["'(])([A-Za-z][\w-]{1,40})(["')]?\s{0,3}(?:=|:\s{0,3}(?=["']))\s{0,3}\(?)("(?:[^"\\]|\\.){0,400}"|'[^']{0,400}'|[^\s"',;&)}\]]{1,400})/g;
/** Those that no other text looks like; bounded, so that no text makes the search slow. */
const FORMS = [
  // Not the user of an address such as sftp://deploy@files.example.org: the host is what a person needs to find the fault.
  /(?<![\w.%+-])(?<!\/\/)[\w.%+-]{1,256}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.[A-Za-z]{2,24}/g,
  /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])/g,
  /(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}(?![\w-])/g,
];

/**
 * Takes out of a sentence what may tell of a person: addresses of e-mail, social security and telephone numbers, and what stands after the
 * name of an identifier. `spared` are texts that the configuration itself holds.
 */
export function withoutIdentifiers(text: string, spared: ReadonlySet<string>): string {
  const named = text.replace(PAIR, (whole: string, before: string, name: string, sign: string, value: string) => {
    const bare = value.replace(/^(["'])(.*)\1$/s, '$2');
    return bare === '' || spared.has(bare) || !namesIdentifier(name) ? whole : `${before}${name}${sign}${MASK}`;
  });
  return FORMS.reduce((rest, form) => rest.replace(form, (found) => (spared.has(found) ? found : MASK)), named);
}

function namesIdentifier(name: string): boolean {
  const words = wordsOf(name);
  return IDENTIFIERS.some(({ named }) => named.test(words));
}
