import { snakeCase } from '../../../../connectors/rest/records/transformation.js';

test.each([
  ['createdAt', 'created_at'],
  ['HTTPStatus2xx', 'httpstatus_2_xx'],
  ['  Café Name ', '_cafe_name_'],
  ['2nd', '_2_nd'],
  // Letters that are no Latin ones stay: left out, keys that have no others would all be one.
  ['Имя', 'имя'],
  ['город клиента', 'город_клиента'],
  ['名前', '名前'],
])('the key %s in snake case is %s', (key, snake) => {
  expect(snakeCase(key)).toBe(snake);
});
