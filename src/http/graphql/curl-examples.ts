/** Commands that work as they stand on any gateway, for the page that a browser sees. */
export function curlExamples(publicUrl: string): { title: string; command: string }[] {
  const post = (query: string) =>
    `curl -s ${publicUrl}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`
  return [
    {
      title: 'Which chain, how far, and what are the limits?',
      command: post(
        '{ gateway { version network tipHeight committedTip { height time } limits { maxPageSize maxFileBytes } } }',
      ),
    },
    {
      title: 'What can be asked and done?',
      command: post(
        '{ __schema { queryType { fields { name description } } mutationType { fields { name description } } } }',
      ),
    },
    {
      title: 'Who is called alice, and what does she sell?',
      command: post(
        '{ account(by: { username: "alice" }) { publicKey balance { deso } plans { nodes { slug title price { deso } periodSeconds } } } }',
      ),
    },
    { title: 'Is it alive, and is it ready?', command: `curl -s ${publicUrl}/readyz` },
  ]
}
