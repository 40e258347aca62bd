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

test('no value is in what it says', () => {
  const secret = 'jane.canary@example.org';
  expect(JSON.stringify(proposeClasses([{ name: 'x', type: 'string', values: often(secret) }]))).not.toContain(
    'canary',
  );
});
