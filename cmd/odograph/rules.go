package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/odograph/odograph/pkg/derive"
)

func rulesCommand() *cobra.Command {
	var check string
	var sql bool
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Print the rules of what is derived, or check a file of your own",
		Long: `Print the rules that come with Odograph, with comments and units: a file to start
from. With --check, read a file, name every key that is unknown or wrong, and print
the version that its events would carry. With --sql, print the rules of harsh driving
as rows for ClickHouse, where the view harsh_from_history takes them from.

An enricher takes the file by --rules or ODOGRAPH_RULES, looks at it again every few
seconds (at once on SIGHUP), and stays with the rules before where it is not valid.`,
		Example: `  odograph rules > rules.yaml
  odograph rules --check rules.yaml
  odograph rules --check rules.yaml --sql | clickhouse-client --database fleet --multiquery
  odograph replay --rules rules.yaml --from 2026-11-01 --to 2026-11-08 --shadow`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file := derive.DefaultRulesYAML
			if check != "" {
				var err error
				if file, err = os.ReadFile(check); err != nil {
					return err
				}
			} else if !sql {
				_, err := cmd.OutOrStdout().Write(file)
				return err
			}
			rules, err := derive.ParseRules(file)
			if err != nil {
				return fmt.Errorf("%s: %w", check, err)
			}
			if sql {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s;\n%s;\n", rulesRow(rules), thresholdRows(rules))
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is valid: version %s\n", check, rules.Version)
			return err
		},
	}
	cmd.Flags().StringVar(&check, "check", "", "file to check")
	cmd.Flags().BoolVar(&sql, "sql", false, "print the rules of harsh driving as rows for ClickHouse")
	return cmd
}
