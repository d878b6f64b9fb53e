import process from 'node:process';

/**
 * Imported before anything else: graphql-js looks at this when it is loaded, and else checks each value of an answer for
 * a mistake that only two copies of it could make. That takes a tenth of the time of a long list.
 */
process.env.NODE_ENV ??= 'production';
