import { applyDecorators } from '@nestjs/common';
import { ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { PROBLEM } from './answer-forms.js';

/** Decorators by which a route tells OpenAPI what it answers; checks of method and `Accept` follow from them. */

type JsonSchema = Record<string, unknown>;

/** Of an answer or a body, for the OpenAPI document. */
export function jsonSchema(form: z.ZodType): JsonSchema {
  const schema: JsonSchema = { ...z.toJSONSchema(form) };
  // The document says for all which draft it is.
  delete schema['$schema'];
  return schema;
}

function answer(status: number, description: string, type: string, schema: JsonSchema): MethodDecorator {
  return ApiResponse({ status, description, content: { [type]: { schema: schema as never } } });
}

/** The problems that a route may find, or that it is refused with. */
export const problems = (statuses: readonly number[]): MethodDecorator[] =>
  statuses.map((status) => answer(status, 'What is wrong.', 'application/problem+json', jsonSchema(PROBLEM)));

/** JSON of this form; and the problems that the route itself may find. */
export const Answers = (description: string, form: z.ZodType, ...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(answer(200, description, 'application/json', jsonSchema(form)), ...problems(statuses));

/** For a request that is taken and carried out later (202). */
export const Accepts = (description: string, form: z.ZodType, ...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(answer(202, description, 'application/json', jsonSchema(form)), ...problems(statuses));

/** The same form with another status. */
export const AlsoAnswers = (status: number, description: string, form: z.ZodType): MethodDecorator =>
  answer(status, description, 'application/json', jsonSchema(form));

export const AnswersText = (description: string, type: string, ...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(answer(200, description, type, { type: 'string' }), ...problems(statuses));

/** A file in one of several forms. */
export const AnswersFile = (
  description: string,
  types: readonly string[],
  ...statuses: readonly number[]
): MethodDecorator =>
  applyDecorators(
    ApiResponse({
      status: 200,
      description,
      content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }])),
    }),
    ...problems(statuses),
  );

export const AnswersEventStream = (description: string, ...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(
    AnswersText(description, 'text/event-stream', ...statuses),
    ApiResponse({ status: 204, description: 'The run ended and the client has all.' }),
  );

export const RedirectsTo = (description: string, ...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(ApiResponse({ status: 302, description }), ...problems(statuses));

/** Parameters of the query, none of which is required. */
export const Parameters = (schemas: Readonly<Record<string, JsonSchema>>): MethodDecorator =>
  applyDecorators(
    ...Object.entries(schemas).map(([name, { description, ...schema }]) =>
      ApiQuery({
        name,
        required: false,
        schema: schema as never,
        ...(description === undefined ? {} : { description: String(description) }),
      }),
    ),
  );
