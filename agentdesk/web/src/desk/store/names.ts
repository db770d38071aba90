// named is the pattern of the names of queues and skills. The server checks it again (internal/acd/skill.go), and the length.
export const named = '[a-z0-9][a-z0-9_\\-]*'

// isNamed says whether a text is such a name.
export const isNamed = (name: string): boolean => new RegExp(`^${named}$`).test(name)
