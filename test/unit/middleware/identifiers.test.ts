import { describe, expect, test } from '@jest/globals';
import { proposeClasses } from '../../../core/middleware/index.js';
import type { FieldType } from '../../../core/protocol/index.js';

const classOf = (name: string, values: readonly string[] = [], type: FieldType = 'string') => {
  const [{ identifier, rule, by } = { identifier: null, rule: '', by: '' }] = proposeClasses([{ name, type, values }]);
  return `${identifier?.letter ?? '-'} ${rule} ${by}`;
};
const often = (...values: readonly string[]) => [...values, ...values, ...values];

describe('the 18 identifiers by the names that systems give them', () => {
  test.each([
    ['A', ['first_name', 'LastName', 'patient_name', 'surname']],
    ['B', ['zip', 'MemberZIP', 'postal_code', 'street', 'address1', 'city', 'county', 'latitude']],
    ['C', ['dob', 'BirthDate', 'date_of_birth', 'admission_date', 'discharge_at', 'age']],
    ['D', ['phone', 'mobile_number', 'PhoneNumber', 'tel']],
    ['E', ['fax', 'fax_number']],
    ['F', ['email', 'EmailAddress', 'contact_email', 'bounce_reason', 'SMTPReason']],
    ['G', ['ssn', 'social_security_number']],
    ['H', ['mrn', 'medical_record_number']],
    ['I', ['member_id', 'SubscriberKey', 'beneficiary_id', 'policy_number', 'MBI']],
    ['J', ['account_number', 'acct_no', 'iban_no']],
    ['K', ['license_number', 'npi', 'certificate_no']],
    ['L', ['vin', 'license_plate']],
    ['M', ['device_id', 'imei', 'push_token', 'serial_number']],
    ['N', ['profile_url', 'home_page']],
    ['O', ['ip', 'ip_address', 'IPAddress']],
    ['P', ['fingerprint', 'voice_print']],
    ['Q', ['photo', 'avatar_url']],
    ['R', ['patient_id', 'external_id', 'external_user_id', 'customer_key', 'household_id']],
  ])('%s', (letter, names) => {
    expect(names.map((name) => [name, classOf(name).slice(0, 1)])).toEqual(names.map((name) => [name, letter]));
  });
});

test('values tell what a name does not', () => {
  expect(classOf('c1', often('ada@example.org', 'b.c@example.com'))).toBe('F drop values');
  expect(classOf('c2', often('123-45-6789'))).toBe('G drop values');
  expect(classOf('c3', often('10.0.0.1', '192.168.2.30'))).toBe('O drop values');
  expect(classOf('c4', often('(312) 555-0177', '+1 312 555 0178'))).toBe('D { mask: 4 } values');
  expect(classOf('c5', often('1HGCM82633A004352'))).toBe('L drop values');
  expect(classOf('c6', often('12 Oak Street', '400 W Main St'))).toBe('B drop values');
  expect(classOf('c7', often('60614-1234'))).toBe('B { generalise: zip } values');
});

test('what says nothing of a person is to be kept, and looked at', () => {
  const columns = [
    'campaign_id',
    'channel',
    'event_type',
    'sent',
    'clicked',
    'subject',
    'is_machine',
    'region',
    'segment',
    'state',
    'campaign_name',
    'variant',
    'message',
    'image_count',
    'page',
    'usage',
    'status',
  ];
  expect(columns.filter((name) => classOf(name) !== '- keep nothing')).toEqual([]);
  expect(classOf('amount', often('2026-03-14', '2026-03-15'))).toBe('- keep nothing');
  expect(classOf('score', often('0.25', '17'))).toBe('- keep nothing');
});

test('a day is a day of a person only where somebody is told apart', () => {
  const at = { name: 'occurred_at', type: 'timestamptz' as const, values: [] };
  const rules = (name: string) => proposeClasses([{ name, type: 'string', values: [] }, at]).map(({ rule }) => rule);
  expect(rules('member_id')).toEqual(['{ tokenize: member_key }', '{ generalise: date }']);
  expect(rules('campaign_id')).toEqual(['keep', 'keep']);
});

describe('what is nested in JSON', () => {
  const proposed = (...values: readonly unknown[]) => {
    const [{ identifier, rule, by, path } = { identifier: null, rule: '', by: '', path: '' }] = proposeClasses([
      { name: 'attributes', type: 'json', values },
    ]);
    return `${identifier?.letter ?? '-'} ${rule} ${by} ${path}`;
  };

  test('is judged by its names, in lists and in the text of a file too', () => {
    expect(proposed({ owner: { email: 'a@b.example' } })).toBe('F drop name attributes.owner.email');
    expect(proposed({ pets: [{ patient: { name: 'Rex' } }] })).toBe('A drop name attributes.pets.patient.name');
    expect(proposed({ email: { work: null } })).toBe('F drop name attributes.email');
    expect(proposed('[{"owner":{"memberId":7}}]')).toBe('I drop name attributes.owner.memberId');
    expect(proposed({ city: 'Ames', ssn: '1' })).toBe('G drop name attributes.ssn');
    expect(proposed({ campaign: { channel: 'email' } }, '{no JSON')).toBe('- keep nothing undefined');
  });

  test('is judged by its values', () => {
    const lists = [{ to: ['a@b.example', 'c@d.example'] }, { to: ['e@f.example'] }, { to: [] }];
    expect(proposed(...lists)).toBe('F drop values attributes.to');
    expect(proposed(...often('["a@b.example"]'))).toBe('F drop values undefined');
  });

  test('a key that may be of a person is not shown', () => {
    const keyed = { 'a@b.example': 1, 'c@d.example': 2, 'e@f.example': 3 };
    expect(proposed(keyed)).toBe('F drop values attributes.*');
    const named = [{ Ada: { email: 'x' } }, { Grace: { email: 'x' } }, { Joan: { email: 'x' } }];
    expect(proposed(...named)).toBe('F drop name attributes.*.*');
  });

  test('makes a day one of a person', () => {
    const at = { name: 'occurred_at', type: 'timestamptz' as const, values: [] };
    const owner = { name: 'owner', type: 'json' as const, values: [{ email: 'a@b.example' }] };
    expect(proposeClasses([owner, at]).map(({ rule }) => rule)).toEqual(['drop', '{ generalise: date }']);
  });
});

test('no value is in what it says', () => {
  const secret = 'jane.canary@example.org';
  expect(JSON.stringify(proposeClasses([{ name: 'x', type: 'string', values: often(secret) }]))).not.toContain(
    'canary',
  );
});
