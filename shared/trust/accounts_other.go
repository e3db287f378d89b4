//go:build unix && !darwin

package trust

// accountsInFiles tells that the system keeps the members of groups in files.
const accountsInFiles = true
