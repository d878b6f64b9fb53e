import { GraphQLBigInt, GraphQLDate, GraphQLDateTime, RegularExpression } from 'graphql-scalars';

/** What the scalars of schema.graphql are made of. */
export const scalars = {
  BigInt: GraphQLBigInt,
  Date: GraphQLDate,
  DateTime: GraphQLDateTime,
  Digest: new RegularExpression('Digest', /^sha-256=:[A-Za-z0-9+/]{43}=:$/),
};
