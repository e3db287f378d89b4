package trust

// accountsInFiles is false: the members of a group are known to the directory service alone.
const accountsInFiles = false
