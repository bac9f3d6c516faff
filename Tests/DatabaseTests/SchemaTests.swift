import Database
import Foundation
import Kernel
import Support
import Testing

struct SchemaTests {
    /// Every table, column, constraint and index that the migrations make, in a form that two runs agree on.
    @Test(arguments: ["platform", "cell", "tenant"])
    func `the migrations make the schema that is kept here`(area: String) async throws {
        let test = try await TestDatabase.make()
        let tenant = try await test.tenant()
        let schema = area == "tenant" ? tenant.schema : area
        let rows = try await test.database.cell { try await $0.query(Self.description(of: schema)) }
        let lines = try rows.map { row -> String in try row.decode(String.self).replacing(schema, with: area) }
        try expectGolden(lines.joined(separator: "\n") + "\n", "\(area).schema.txt")
    }

    private static func description(of schema: String) -> SQL {
        """
        SELECT line FROM (
            SELECT 1 AS part, c.relname || '.' || a.attname AS name,
                   c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                       || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                       || CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity' ELSE '' END
                       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
            FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
            WHERE c.relnamespace = to_regnamespace(\(schema)) AND c.relkind IN ('r', 'p')
            UNION ALL
            SELECT 2, conrelid::regclass::text || conname,
                   conrelid::regclass::text || ' constraint ' || conname || ' ' || pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = to_regnamespace(\(schema))
            UNION ALL
            SELECT 3, indexname::text, indexdef FROM pg_indexes WHERE schemaname = \(schema)
        ) AS described
        ORDER BY part, name
        """
    }
}
