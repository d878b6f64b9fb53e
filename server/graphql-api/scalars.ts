import { buildSchema, GraphQLScalarType } from 'graphql';
import { GraphQLDate, GraphQLDateTime, GraphQLSafeInt, RegularExpression } from 'graphql-scalars';

/**
 * @param typeDefs schema.graphql, which alone describes them: GraphiQL shows what the file says
 * @returns what its scalars are made of
 */
export function createScalars(typeDefs: string) {
  const file = buildSchema(typeDefs);
  const named = (name: string, scalar: GraphQLScalarType) => {
    const description = file.getType(name)?.description ?? null;
    return new GraphQLScalarType({ ...scalar.toConfig(), name, description, specifiedByURL: null });
  };
  return {
    // The library's own BigInt makes a BigInt of each, and texts of large ones; 2^53 bytes are nine petabytes.
    BigInt: named('BigInt', GraphQLSafeInt),
    Date: named('Date', GraphQLDate),
    DateTime: named('DateTime', GraphQLDateTime),
    Digest: named('Digest', new RegularExpression('Digest', /^sha-256=:[A-Za-z0-9+/]{43}=:$/)),
  };
}
