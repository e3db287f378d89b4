package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the embedded engine

	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

// databaseName is the file in the data directory that holds the embedded database.
const databaseName = "smtp-settings.db"

// OpenSQLite opens the embedded database in the directory, making both when they do not exist.
func OpenSQLite(ctx context.Context, directory string) (*Store, error) {
	if err := filemode.Directory(directory); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	path := filepath.Join(directory, databaseName)
	explain := func(err error) error {
		return fmt.Errorf("database %s cannot be used: %w; make room, correct its mode, or restore it from a backup", path,
			err)
	}
	if err := createPrivately(path); err != nil {
		return nil, explain(err)
	}
	// WAL with synchronous=FULL loses nothing in a power cut; NORMAL does. One connection, because SQLite has one writer.
	source := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	db, err := openPrepared(source + "&_txlock=immediate")
	if err != nil {
		return nil, explain(err)
	}
	db.SetMaxOpenConns(1)
	// Readers have a connection of their own: in WAL mode they never wait for a writer.
	reader, err := openPrepared(source + "&_pragma=query_only(1)")
	if err != nil {
		return nil, explain(err)
	}
	reader.SetMaxOpenConns(1)
	bulk, err := openPrepared(source + "&_pragma=query_only(1)")
	if err != nil {
		return nil, explain(err)
	}
	bulk.SetMaxOpenConns(3)
	bulk.SetMaxIdleConns(1)
	store := &Store{db: db, reader: reader, bulk: bulk, place: "database " + path, close: func() error {
		return errors.Join(bulk.Close(), reader.Close(), db.Close())
	}}
	if err := store.prepare(ctx); err != nil {
		_ = store.close()
		return nil, explain(err)
	}
	return store, nil
}

// createPrivately makes the file readable for its owner only; SQLite gives the files beside it the same mode.
func createPrivately(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o600), file.Close()) // Whatever the umask is.
}

// Files are the files of the embedded database in the directory, whether they exist or not.
func Files(directory string) []string {
	path := filepath.Join(directory, databaseName)
	return []string{path, path + "-wal", path + "-shm", path + "-journal"}
}
