package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
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
	// A power cut on macOS takes what fsync has written; with the two pragmas for it nothing is lost there either.
	source := uri(path) + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)" +
		"&_pragma=fullfsync(1)&_pragma=checkpoint_fullfsync(1)"
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

// uri is a path as SQLite takes it. A drive stands behind a slash, a share behind two more.
func uri(path string) string {
	drive := filepath.VolumeName(path)
	if path = filepath.ToSlash(path); drive != "" && path[0] != '/' {
		path = "/" + path
	}
	scheme := "file:"
	if path[0] == '/' {
		scheme = "file://"
	}
	return scheme + (&url.URL{Path: path}).EscapedPath()
}

// createPrivately makes the file for its owner only, and those that SQLite would not make so.
func createPrivately(path string) error {
	for _, path := range append([]string{path}, notInherited(path)...) {
		file, err := filemode.Create(path)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Files are the files of the embedded database in the directory, whether they exist or not.
func Files(directory string) []string {
	path := filepath.Join(directory, databaseName)
	return []string{path, path + "-wal", path + "-shm", path + "-journal"}
}
