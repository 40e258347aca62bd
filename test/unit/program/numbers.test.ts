import { describe } from '@jest/globals';
import { both, objects } from './value-cases.js';

describe('integer', () => {
  both('integer', 'integer', [
    ['', null],
    ['NULL', null],
    ['0', '0'],
    ['-0', '0'],
    ['007', '7'],
    [' 12 ', '12'],
    ['+5', '5'],
    ['999999999999999', '999999999999999'],
    ['-999999999999999', '-999999999999999'],
    ['-4294967297', '-4294967297'],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', '!out_of_range'],
    ['-9223372036854775809', '!out_of_range'],
    ['1.5', '!not_an_integer'],
    ['1e3', '!not_an_integer'],
    ['-', '!not_an_integer'],
    ['0x10', '!not_an_integer'],
    ['١٢', '!not_an_integer'],
    ['9'.repeat(2_000), '!not_an_integer'],
  ]);
  objects('integer', [
    [5, '5'],
    [0.0, '0'],
    [-0, '0'],
    [1.5, '!not_an_integer'],
    [2 ** 53 + 2, '9007199254740994'],
    [2 ** 63, '!out_of_range'],
    [9223372036854775807n, '9223372036854775807'],
    [9223372036854775808n, '!out_of_range'],
    [Number.NaN, '!not_an_integer'],
    [Infinity, '!not_an_integer'],
    [true, '!not_an_integer'],
    [{}, '!not_an_integer'],
    [undefined, null],
  ]);
});

describe('number', () => {
  both('number', 'number', [
    ['', null],
    ['0', '0'],
    ['-0', '-0'],
    ['0.1', '0.1'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-12.75', '-12.75'],
    ['1e3', '1000'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['5e-324', '5e-324'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['9007199254740993', '9007199254740992'],
    ['1e400', '!not_a_number'],
    ['NaN', '!not_a_number'],
    ['Infinity', '!not_a_number'],
    ['.', '!not_a_number'],
    ['0x1F', '!not_a_number'],
  ]);
  objects('number', [
    [0.1, '0.1'],
    [7n, '7'],
    [Number.NaN, '!not_a_number'],
    [Infinity, '!not_a_number'],
    [false, '!not_a_number'],
    ['', '!not_a_number'],
  ]);
});

describe('decimal', () => {
  both('decimal', 'decimal', [
    ['', null],
    ['0', '0'],
    ['-0.00', '0.00'],
    ['1.50', '1.50'],
    ['+1.5', '1.5'],
    [' 1.5 ', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0.0001', '0.0001'],
    ['0.00001', '0.00001'],
    ['10000', '10000'],
    ['99999999', '99999999'],
    ['100000000.0001', '100000000.0001'],
    ['9007199254740993', '9007199254740993'],
    ['-12345678901234567890.123456789012345678901', '-12345678901234567890.123456789012345678901'],
    ['1e5', '100000'],
    ['1.5e-3', '0.0015'],
    ['1.50E+1', '15.0'],
    ['1e9999', '!out_of_range'],
    [`1e${'0'.repeat(400)}`, '!out_of_range'],
    [`0.${'1'.repeat(16_400)}`, '!out_of_range'],
    [`0.${'0'.repeat(16_400)}`, '!out_of_range'],
    [`0.1${'0'.repeat(15_990)}e-999`, '!out_of_range'],
    ['1e', '!not_a_decimal'],
    ['e5', '!not_a_decimal'],
    ['.', '!not_a_decimal'],
    ['-', '!not_a_decimal'],
    ['1.2.3', '!not_a_decimal'],
    ['NaN', '!not_a_decimal'],
  ]);
  both(
    'decimal',
    'decimal(5,2)',
    [
      ['999.99', '999.99'],
      ['-999.99', '-999.99'],
      ['0001.500', '1.500'],
      ['99999e-2', '999.99'],
      ['1000', '!out_of_range'],
      ['1e3', '!out_of_range'],
      ['0.001', '!out_of_range'],
      ['1e-3', '!out_of_range'],
    ],
    {},
    { precision: 5, scale: 2 },
  );
  objects('decimal', [
    [1.5, '1.5'],
    [1e21, '1000000000000000000000'],
    [12345678901234567890n, '12345678901234567890'],
    [Number.NaN, '!not_a_decimal'],
    [Infinity, '!not_a_decimal'],
    [true, '!not_a_decimal'],
  ]);
});

describe('boolean', () => {
  both('boolean', 'boolean', [
    ['', null],
    ['true', 't'],
    ['TRUE', 't'],
    ['True', 't'],
    ['tRuE', 't'],
    ['yes', 't'],
    ['1', 't'],
    ['No', 'f'],
    ['0', 'f'],
    ['2', '!not_a_boolean'],
    ['truee', '!not_a_boolean'],
    ['\u0011', '!not_a_boolean'],
  ]);
  objects('boolean', [
    [true, 't'],
    [false, 'f'],
    [1, 't'],
    [2, '!not_a_boolean'],
    [{}, '!not_a_boolean'],
  ]);
});
