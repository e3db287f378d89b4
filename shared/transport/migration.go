package transport

import (
	"context"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
	"github.com/smtp-settings/smtp-settings/shared/printable"
)

// migrationClient asks a plugin to move its database.
type migrationClient struct {
	*client
	rpc settingsv1.MigrationServiceClient
}

func connectMigrator(c *client) shared.Migrator {
	return &migrationClient{c, settingsv1.NewMigrationServiceClient(c.conn)}
}

func (c *migrationClient) Migrate(ctx context.Context, request shared.MigrateRequest) (shared.MigrateResult, error) {
	return ask(
		ctx, c.client, c.rpc.Migrate, migrateRequestToProto(request),
		reading(migrateResultFromProto, (*inspection).migrateResult),
	)
}

// migrationServer translates calls to move the database to the page.
type migrationServer struct {
	settingsv1.UnimplementedMigrationServiceServer
	migrator shared.Migrator
}

func serveMigrator(migrator shared.Migrator) settingsv1.MigrationServiceServer {
	return &migrationServer{migrator: migrator}
}

func (s *migrationServer) Migrate(
	ctx context.Context, request *settingsv1.MigrateRequest,
) (*settingsv1.MigrateResponse, error) {
	return respond(ctx, s.migrator.Migrate, migrateRequestFromProto(request), migrateResultToProto)
}

func migrateRequestToProto(r shared.MigrateRequest) *settingsv1.MigrateRequest {
	return &settingsv1.MigrateRequest{Actor: printable.Line(r.Actor), To: validUTF8(r.To.Reveal())}
}

func migrateRequestFromProto(r *settingsv1.MigrateRequest) shared.MigrateRequest {
	return shared.MigrateRequest{Actor: r.GetActor(), To: shared.NewSecretText(r.GetTo())}
}

func migrateResultToProto(r shared.MigrateResult) *settingsv1.MigrateResponse {
	return &settingsv1.MigrateResponse{Revisions: r.Revisions, Notifications: r.Notifications}
}

func migrateResultFromProto(r *settingsv1.MigrateResponse) shared.MigrateResult {
	return shared.MigrateResult{Revisions: r.GetRevisions(), Notifications: r.GetNotifications()}
}
