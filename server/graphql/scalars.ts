import { GraphQLScalarType } from 'graphql';
import { GraphQLDate, GraphQLDateTime, GraphQLSafeInt, RegularExpression } from 'graphql-scalars';

/** What the scalars of schema.graphql are made of. */
export const scalars = {
  // The library's own BigInt makes a BigInt of each, and texts of large ones; 2^53 bytes are nine petabytes.
  BigInt: new GraphQLScalarType({ ...GraphQLSafeInt.toConfig(), name: 'BigInt' }),
  Date: GraphQLDate,
  DateTime: GraphQLDateTime,
  Digest: new RegularExpression('Digest', /^sha-256=:[A-Za-z0-9+/]{43}=:$/),
};
