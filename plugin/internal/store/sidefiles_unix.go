//go:build unix

package store

// notInherited are the files beside a database that SQLite does not make for those alone who may use the database:
// none, as it gives them the mode of the database.
func notInherited(string) []string { return nil }
