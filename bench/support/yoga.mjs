// Its types bring the browser's with them, which are not those that everything here is written against.
import { createYoga } from 'graphql-yoga'

export function createYogaListener(options) {
  const yoga = createYoga({ ...options, logging: false })
  return (req, res) => void yoga(req, res)
}
