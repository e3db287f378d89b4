package store

// notInherited are the files beside a database that SQLite does not make for those alone who may use the database: it
// lets all use them who may use the directory. It takes empty ones for new.
func notInherited(path string) []string { return []string{path + "-wal", path + "-shm"} }
