#Requires -Version 7.4
# Reads a page of docs/cmdlets, and describes a cmdlet in the same form, so that a test can compare the two. Dot-source
# it in place of common.ps1.
. "$PSScriptRoot/../common.ps1"

function Get-HelpPagePath {
    param([string] $Name)
    "$repositoryRoot/docs/cmdlets/$Name.md"
}

# The text of each section, without headings and code, and every code block with the place where it stands.
function Read-HelpPage {
    param([string] $Path)
    $page = @{ Text = @{}; Fences = @() }
    $section = ''
    $item = ''
    $fence = $null
    foreach ($line in [System.IO.File]::ReadAllLines($Path)) {
        if ($null -ne $fence) {
            if ($line -eq '```') {
                $page.Fences += $fence
                $fence = $null
            }
            else {
                $fence.Lines += $line
            }
        }
        elseif ($line -match '^```(\w*)$') {
            $fence = @{ Section = $section; Item = $item; Info = $Matches[1]; Lines = @() }
        }
        elseif ($line -match '^## (.+)$') {
            $section = $Matches[1]
            $item = ''
        }
        elseif ($line -match '^### (.+)$') {
            $item = $Matches[1]
        }
        elseif ($line.Trim() -ne '') {
            $page.Text[$section] = ("$($page.Text[$section]) $line").Trim()
        }
    }
    $page
}

# One line for each parameter set of the page: its name, whether it is the default, and its syntax.
function Get-PageSyntax {
    param($Page)
    $Page.Fences | Where-Object { $_.Section -eq 'SYNTAX' } | ForEach-Object {
        "$($_.Item): $(($_.Lines -join ' ') -replace '\s+', ' ')"
    }
}

function Get-CmdletSyntax {
    param($Command)
    foreach ($set in $Command.ParameterSets) {
        $default = if ($set.IsDefault -and $set.Name -ne '__AllParameterSets') { ' (Default)' } else { '' }
        "$($set.Name)${default}: $($Command.Name) $set"
    }
}

# One line for each parameter of the page: name, type, aliases, and how it behaves in each of its sets.
function Get-PageParameter {
    param($Page)
    $Page.Fences | Where-Object { $_.Section -eq 'PARAMETERS' } | ForEach-Object {
        $fields = @{}
        $aliases = @()
        $sets = @()
        foreach ($line in $_.Lines) {
            if ($line -match '^- Name: (.+)$') { $sets += @{ Name = $Matches[1] } }
            elseif ($line -match '^  (\w+): (.+)$') { $sets[-1][$Matches[1]] = $Matches[2] }
            elseif ($line -match '^- (.+)$') { if ($list -eq 'Aliases') { $aliases += $Matches[1] } }
            elseif ($line -match '^(\w+): ?(.*)$') { $list = $Matches[1]; $fields[$list] = $Matches[2] }
        }
        Format-Parameter -Name $_.Item -Type $fields['Type'] -Alias $aliases -Set $sets
    }
}

function Get-CmdletParameter {
    param($Command)
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    foreach ($parameter in $Command.Parameters.Values) {
        if ($common -contains $parameter.Name) { continue }
        $sets = foreach ($name in $parameter.ParameterSets.Keys) {
            $set = $parameter.ParameterSets[$name]
            @{
                Name                            = $name -eq '__AllParameterSets' ? '(All)' : $name
                Position                        = $set.Position -eq [int]::MinValue ? 'Named' : $set.Position
                IsRequired                      = $set.IsMandatory
                ValueFromPipeline               = $set.ValueFromPipeline
                ValueFromPipelineByPropertyName = $set.ValueFromPipelineByPropertyName
                ValueFromRemainingArguments     = $set.ValueFromRemainingArguments
            }
        }
        $type = $parameter.ParameterType.ToString()
        Format-Parameter -Name "-$($parameter.Name)" -Type $type -Alias $parameter.Aliases -Set $sets
    }
}

function Format-Parameter {
    param([string] $Name, [string] $Type, [string[]] $Alias, [object[]] $Set)
    $keys = @(
        'Position'
        'IsRequired'
        'ValueFromPipeline'
        'ValueFromPipelineByPropertyName'
        'ValueFromRemainingArguments'
    )
    [string[]] $lines = foreach ($one in $Set) {
        $values = foreach ($key in $keys) { "$key=$($one[$key])".ToLowerInvariant() }
        "$($one['Name']) $($values -join ' ')"
    }
    [System.Array]::Sort($lines)
    "$Name $Type aliases=$($Alias -join ',') | $($lines -join ' | ')"
}

# Sorted, one a line: a failing comparison then shows where the two differ.
function Join-Sorted {
    param([string[]] $Line)
    [System.Array]::Sort($Line)
    $Line -join "`n"
}
