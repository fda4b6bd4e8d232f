import { GraphQLError, type ValidationRule } from 'graphql'

/** Refuses operations that the schema has no root for: graphql-js itself notices only when it executes them. */
export const knownRootRule: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return
    context.reportError(new GraphQLError(`This schema has no ${node.operation} operations.`, { nodes: node }))
  },
})
