// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Unreachable reports that the database did not answer, or could not work at the
// moment: what was asked may be asked again later. A change that failed so may
// have been made all the same, if the connection broke at its commit.
func Unreachable(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.As(err, new(*pgconn.ConnectError)) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Connections; too many of them; stopped, crashed, starting up; read only, as a server that was replaced.
		return strings.HasPrefix(pg.Code, "08") || slices.Contains([]string{"53300", "57P01", "57P02", "57P03", "25006"}, pg.Code)
	}
	var lite sqlite3.Error
	return errors.As(err, &lite) && slices.Contains([]sqlite3.ErrNo{sqlite3.ErrBusy, sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrCantOpen}, lite.Code)
}
