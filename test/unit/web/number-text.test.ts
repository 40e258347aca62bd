import { changeText, percentText, pointsText } from '../../../web/src/report/number-text';

test('changes of counts have one decimal and those of rates two, as in every other form, rounded once from the counts', () => {
  expect(changeText(516_279, 408_623)).toBe('+26.3 %');
  expect([changeText(1_000, 1_000), changeText(999, 1_000), changeText(3, 2_000)]).toEqual([
    '±0.0 %',
    '−0.1 %',
    '−99.9 %',
  ]);
  // A half goes away from zero.
  expect([changeText(2_001, 2_000), changeText(1_999, 2_000)]).toEqual(['+0.1 %', '−0.1 %']);
  expect(changeText(1.5, 1.25)).toBe('+20.0 %');
  expect(changeText(5, 0)).toBeUndefined();
  expect(percentText({ numerator: 221_712, denominator: 645_364 })).toBe('34.35 %');
  expect(pointsText({ numerator: 3, denominator: 100 }, { numerator: 1, denominator: 40 })).toBe('+0.50 points');
});
