import { type DocumentNode, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDate, GraphQLDateTime, GraphQLSafeInt, RegularExpression } from 'graphql-scalars';

/**
 * @param typeDefs schema.graphql, which alone describes them: GraphiQL shows what the file says
 * @returns what its scalars are made of
 */
export function createScalars(typeDefs: DocumentNode) {
  const named = (name: string, scalar: GraphQLScalarType) => {
    const description = descriptionOf(name, typeDefs);
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

function descriptionOf(name: string, { definitions }: DocumentNode): string | null {
  for (const node of definitions)
    if (node.kind === Kind.SCALAR_TYPE_DEFINITION && node.name.value === name) return node.description?.value ?? null;
  throw new Error(`schema.graphql has no scalar ${name}`);
}
