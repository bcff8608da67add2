using System.Management.Automation;
using CacheKit.Host;
using CacheKit.PowerShell.Tests.Support;
using Xunit;

namespace CacheKit.PowerShell.Tests;

/// <summary>The host's stand-ins give what the originals give. Every row here was seen on pwsh, too.</summary>
public sealed class StandInTests : IDisposable
{
    private readonly IsolatedEnvironment _environment = new();

    public static TheoryData<string, string> Objects => new()
    {
        { "1..5 | Select-Object -First 2 -Skip 1", "2 3" },
        { "1..5 | Select-Object -Last 2", "4 5" },
        { "1..5 | Select-Object -Last 2 -Skip 1", "3 4" },
        { "1, 2, 1 | Select-Object -Unique", "1 2" },
        { "& { 1; 2; $script:reached = 'too far' } | Select-Object -First 1; $reached", "1" },
        {
            "'abc' | Select-Object Length, @{ n = 'Twice'; e = { $_ * 2 } } | ForEach-Object { $_.Length; $_.Twice }",
            "3 abcabc"
        },
        { "@{ a = 1, 2 } | Select-Object -ExpandProperty a", "1 2" },
        {
            """
            [pscustomobject]@{ aa = 1; ab = 2; b = 3 } |
                Select-Object a* |
                ForEach-Object { $_.psobject.Properties.Name }
            """,
            "aa ab"
        },
        { "3, 1, 2 | Sort-Object", "1 2 3" },
        { "3, 1, 2 | Sort-Object -Descending", "3 2 1" },
        { "'b', 'A', 'B' | Sort-Object -Unique", "A b" },
        { "'ccc', 'a', 'bb' | Sort-Object Length -Descending", "ccc bb a" },
        { "'ba', 'ab', 'c' | Sort-Object { $_.Length }, { $_ }", "c ab ba" },
        {
            """
            1, 2, 3 |
                Measure-Object -Sum -Average -Maximum -Minimum |
                ForEach-Object { $_.Sum, $_.Average, $_.Maximum }
            """,
            "6 2 3"
        },
        { "('a', 'bbb' | Measure-Object -Property Length -Sum).Sum", "4" },
        { "(@() | Measure-Object).Count", "0" },
        { "(New-Object System.Uri 'http://x/y').Host", "x" },
        { "(New-Object psobject -Property @{ a = 1 }).a", "1" },
        { "(New-Object 'System.Collections.Generic.List[int]').Count", "0" },
        { "(New-Guid).GetType().Name", "Guid" },
        { "(Write-Output -NoEnumerate 1, 2).Count; Write-Output 1 2", "2 1 2" },
        { "1..20 | Get-Random -Count 20 | Sort-Object | Select-Object -First 3", "1 2 3" },
        { "$n = Get-Random -Minimum 3 -Maximum 5; $n -ge 3 -and $n -lt 5", "True" },
        { "(Get-Process -Id $PID).Id -eq $PID", "True" },
        { "(Get-Verb -Verb Invoke).Group", "Lifecycle" },
        { "ConvertTo-SecureString 'secret' -AsPlainText -Force | ConvertFrom-SecureString -AsPlainText", "secret" },
    };

    public static TheoryData<string, string> Text => new()
    {
        { "@{ a = 1 } | ConvertTo-Json -Compress", """{"a":1}""" },
        {
            "[ordered]@{ s = 'é\"'; n = $null; b = $true; d = 1.0; l = @(1, @()) } | ConvertTo-Json -Compress",
            """{"s":"é\"","n":null,"b":true,"d":1.0,"l":[1,[]]}"""
        },
        {
            "@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -Depth 5",
            """{"a":{"b":{"c":{"d":1}}}}"""
        },
        { "1, 2 | ConvertTo-Json -Compress", "[1,2]" },
        { "ConvertTo-Json -AsArray 1 -Compress", "[1]" },
        { "([datetime]'2020-01-02T03:04:05Z').ToUniversalTime() | ConvertTo-Json", "\"2020-01-02T03:04:05Z\"" },
        {
            "('{\"a\":{\"b\":[1,2.5,true,null,\"x\"]}}' | ConvertFrom-Json).a.b | ForEach-Object { \"$_\" }",
            "1 2.5 True  x"
        },
        { "'[1,2]' | ConvertFrom-Json | ForEach-Object { $_.GetType().Name }", "Int64 Int64" },
        { "('{\"a\":1}' | ConvertFrom-Json -AsHashtable) -is [hashtable]", "True" },
        { "('\"2020-01-02T03:04:05Z\"' | ConvertFrom-Json).Kind", "Utc" },
        { "([pscustomobject]@{ A = 1 } | Out-String).Trim() -replace '\\s+', '|'", "A|-|1" },
        { "([pscustomobject]@{ A = 1 } | Format-List | Out-String).Trim()", "A : 1" },
        { "([pscustomobject]@{ A = 1; B = 2 } | Format-Table B | Out-String).Trim() -replace '\\s+', '|'", "B|-|2" },
        { "'a', 'b' | Out-String -Stream", "a b" },
        { "Get-Date -Date '2020-01-02' -Format 'yyyy/MM/dd'", "2020/01/02" },
        { "(Get-Date -AsUTC).Kind", "Utc" },
        { "(Measure-Command { $x = 5 }).GetType().Name; $x", "TimeSpan 5" },
    };

    public static TheoryData<string, string> Items => new()
    {
        { "Set-Content a.txt 'x', 'y'; Add-Content a.txt 'z' -NoNewline; Get-Content a.txt", "x y z" },
        { "Set-Content a.bin ([byte[]](1, 2)) -AsByteStream; Get-Content a.bin -AsByteStream", "1 2" },
        { "Set-Content a.txt 'x' -NoNewline; (Get-Content a.txt -Raw).Length", "1" },
        { "'x' > a.txt; 'y' >> a.txt; Get-Content a.txt -TotalCount 5", "x y" },
        {
            """
            (New-Item d/e -ItemType Directory -Force).Name
            Test-Path d/e -PathType Container
            Test-Path d -PathType Leaf
            """,
            "e True False"
        },
        {
            "Set-Content -LiteralPath 'a[1].txt' 'x'; Test-Path 'a[1].txt'; Test-Path -LiteralPath 'a[1].txt'",
            "False True"
        },
        {
            """
            $null = New-Item d -ItemType Directory
            Set-Content d/f.txt 1
            Copy-Item d e -Recurse
            (Get-ChildItem e -Recurse -File).Name
            """,
            "f.txt"
        },
        { "Set-Content a.txt, b.txt 1; Set-Content [ab].txt 2; Get-Content ?.txt", "2 2" },
        { "Set-Content a.txt 1; Set-Content b.md 2; Get-ChildItem -Filter *.txt -Name", "a.txt" },
        { "Set-Content a.txt 1; Move-Item a.txt b.txt; Test-Path a.txt, b.txt", "False True" },
        {
            """
            $env:SAMPLE = 'x'
            Test-Path Env:SAMPLE
            Remove-Item Env:SAMPLE
            Test-Path Env:SAMPLE
            Set-Item Env:SAMPLE y
            $env:SAMPLE
            """,
            "True False y"
        },
        {
            """
            (Join-Path a b c) -replace '\\', '/'
            Split-Path a/b.c -Leaf
            Split-Path a/b.c -Parent
            Split-Path a/b.c -LeafBase
            """,
            "a/b/c b.c a b"
        },
        {
            """
            $null = New-Item d -ItemType Directory
            Push-Location d
            (Get-Location | Split-Path -Leaf)
            Pop-Location
            Test-Path d
            """,
            "d True"
        },
        { "Set-Content a.txt 1; (Resolve-Path a.*).Path -eq (Convert-Path a.txt)", "True" },
        { "Set-Content a.psd1 '@{ A = 1 }'; (Import-PowerShellDataFile a.psd1).A", "1" },
        {
            """
            function f { Set-Variable x 2 -Scope 1 }
            $x = 1
            f
            Get-Variable x -ValueOnly
            Remove-Variable x
            $null -eq $x
            """,
            "2 True"
        },
    };

    public static TheoryData<string, string> ErrorIds => new()
    {
        { "Get-Content nothing", "PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand" },
        { "Get-Content -LiteralPath nothing", "PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand" },
        { "Set-Content noth*g 1", "ItemNotFound,Microsoft.PowerShell.Commands.SetContentCommand" },
        { "Get-Item nothing", "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand" },
        { "Remove-Item nothing", "PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand" },
        { "Get-Variable nothing", "VariableNotFound,Microsoft.PowerShell.Commands.GetVariableCommand" },
        { "New-Object No.Such.Type", "TypeNotFound,Microsoft.PowerShell.Commands.NewObjectCommand" },
        { "Get-Process -Id 2147483646", "NoProcessFoundForGivenId,Microsoft.PowerShell.Commands.GetProcessCommand" },
        { "Write-Error 'x'", "Microsoft.PowerShell.Commands.WriteErrorException" },
        { "Write-Error 'x' -ErrorId Mine", "Mine" },
    };

    public void Dispose()
    {
        _environment.Dispose();
    }

    [Theory]
    [MemberData(nameof(Objects))]
    [MemberData(nameof(Text))]
    [MemberData(nameof(Items))]
    public async Task Output_is_that_of_the_original(string script, string expected)
    {
        ProcessResult result = await RunAsync(script);

        Assert.Empty(result.Errors);
        Assert.Equal(expected, string.Join(' ', result.Lines));
    }

    [Theory]
    [MemberData(nameof(ErrorIds))]
    public async Task Errors_have_the_ids_of_the_originals(string script, string expected)
    {
        ProcessResult result =
            await RunAsync($"try {{ {script} -ErrorAction Stop }} catch {{ $_.FullyQualifiedErrorId }}");

        Assert.Equal(expected, Assert.Single(result.Lines));
    }

    [Fact]
    public async Task An_error_of_Write_Error_points_at_the_caller()
    {
        ProcessResult result = await RunAsync("""
            function Test-It { [CmdletBinding()] param() Write-Error 'x' -TargetObject 3 -Category InvalidData }
            $found = Test-It 2>&1
            $found.InvocationInfo.MyCommand.Name; $found.TargetObject; "$($found.CategoryInfo.Category)"
            """);

        Assert.Equal(["Test-It", "3", "InvalidData"], result.Lines);
    }

    [Fact]
    public async Task WhatIf_says_what_would_be_done_and_does_nothing()
    {
        ProcessResult result = await RunAsync("Set-Content a.txt 1; Remove-Item a.txt -WhatIf; Test-Path a.txt");

        string file = Path.Combine(_environment.Folder, "a.txt");
        string announcement = $"What if: Performing the operation \"Remove File\" on target \"{file}\".";
        Assert.Equal([announcement, "True"], result.Lines);
    }

    [Fact]
    public void The_module_of_stand_ins_names_them_all()
    {
        const string Name = "CacheKit.StandIns";
        string manifest = Path.Combine(AppContext.BaseDirectory, "Modules", Name, $"{Name}.psd1");
        IEnumerable<string> standIns = typeof(ScriptHost).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetCustomAttributes(typeof(CmdletAttribute), inherit: false))
            .Cast<CmdletAttribute>()
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}");

        using ModuleRunspace runspace = new(import: false);
        ScriptResult result = runspace.Run("(Import-PowerShellDataFile $args[0]).CmdletsToExport", manifest);

        Assert.Equal(standIns.Order(), result.EnsureSuccess().Values.Cast<string>().Order());
    }

    private async Task<ProcessResult> RunAsync(string script)
    {
        using StringWriter output = new();
        using StringWriter errors = new();
        string[] args = ["-Command", $"Set-Location '{_environment.Folder}'; {script}"];
        int exitCode = await ScriptHost.RunAsync(args, output, errors);
        return new ProcessResult(exitCode, output.ToString(), errors.ToString());
    }
}
