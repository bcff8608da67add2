#Requires -Version 7.4
Set-StrictMode -Version Latest

# Which variables a key covers, seen from outside: a variable is free in a block when another value of it makes the
# block run again. Each case names the free ones among $a, $b and $c; the others must leave the entry alone.

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    Initialize-TestEnvironment

    function Invoke-Case {
        param([scriptblock] $Block, [string] $Changed)

        # The blocks are to run in any case; what they do is of no matter.
        Set-StrictMode -Off
        $a = $b = $c = 'before'
        $null = Invoke-SecureCached -Namespace $script:room $Block 2>$null
        [CacheKitTest.Counter]::Reset()
        if ($Changed) {
            Set-Variable -Name $Changed -Value 'after'
        }
        $null = Invoke-SecureCached -Namespace $script:room $Block 2>$null
        [CacheKitTest.Counter]::Count
    }
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'Free variables' {
    It 'Key: { <Text> } has the free variables: <Free>' -ForEach @(
        @{ Free = ''; Text = '1' }
        @{ Free = 'a'; Text = '$a' }
        @{ Free = 'a b'; Text = '$a; $b' }
        @{ Free = 'a'; Text = '"text $a"' }
        @{ Free = ''; Text = "'text `$a'" }
        @{ Free = 'a'; Text = '"text $($a.Length)"' }
        @{ Free = 'a'; Text = '$a.Length' }
        @{ Free = 'a'; Text = '$a[0]' }
        @{ Free = 'a'; Text = '$A' }
        @{ Free = 'a'; Text = '${a}' }
        @{ Free = 'a'; Text = 'Write-Output $a' }
        @{ Free = 'a'; Text = 'Write-Output -InputObject $a' }
        @{ Free = ''; Text = '$a = 1; $a' }
        @{ Free = 'b'; Text = '$a = $b; $a' }
        @{ Free = 'a'; Text = '$a; $a = 1' }
        @{ Free = 'a'; Text = '$a = "$a!"; $a' }
        @{ Free = 'a'; Text = '$a += 1; $a' }
        @{ Free = ''; Text = '[string]$a = 1; $a' }
        @{ Free = ''; Text = '$a, $b = 1, 2; $a; $b' }
        @{ Free = 'c'; Text = '$a, $b = $c; $a; $b' }
        @{ Free = ''; Text = '$local:a = 1; $a' }
        @{ Free = ''; Text = 'param($a) $a' }
        @{ Free = 'b'; Text = 'param($a = $b) $a' }
        @{ Free = 'a b'; Text = 'if ($a) { $b }' }
        @{ Free = 'a b'; Text = 'if ($a) { $b = 1 }; $b' }
        @{ Free = 'a'; Text = 'if ($a) { $b = 1 } else { $b = 2 }; $b' }
        @{ Free = 'a b'; Text = 'if ($a) { $b = 1 } elseif ($a) { 1 } else { $b = 2 }; $b' }
        @{ Free = ''; Text = 'foreach ($a in 1, 2) { $a }' }
        @{ Free = 'b'; Text = 'foreach ($a in $b) { $a }' }
        @{ Free = 'a'; Text = 'foreach ($a in 1, 2) { 1 }; $a' }
        @{ Free = ''; Text = 'for ($a = 0; $a -lt 2; $a++) { $a }' }
        @{ Free = 'a'; Text = 'for ($b = 0; $b -lt 2; $b++) { $a }' }
        @{ Free = 'b'; Text = 'while ($false) { $b = 1 }; $b' }
        @{ Free = 'b'; Text = 'do { $b = 1 } while ($false); $b' }
        @{ Free = 'a'; Text = 'switch ($a) { default { 1 } }' }
        @{ Free = 'b'; Text = 'switch (1) { 1 { $b = 1 } }; $b' }
        @{ Free = ''; Text = 'switch (1) { 1 { $_ } }' }
        @{ Free = ''; Text = 'try { $a = 1 } catch { $a = 2 }; $a' }
        @{ Free = 'a'; Text = 'try { $a = 1 } catch { 1 }; $a' }
        @{ Free = ''; Text = 'try { 1 } finally { $a = 1 }; $a' }
        @{ Free = 'a'; Text = '& { $a }' }
        @{ Free = ''; Text = '& { $a = 1; $a }' }
        @{ Free = 'a'; Text = '& { $a = 1 }; $a' }
        @{ Free = ''; Text = '& { param($a) $a } 1' }
        @{ Free = ''; Text = '$a = 1; & { $a }' }
        @{ Free = 'a'; Text = '1 | ForEach-Object { $a }' }
        @{ Free = 'a'; Text = '1, 2 | Where-Object { $_ -eq $a }' }
        @{ Free = 'a'; Text = '(1, 2).Where({ $_ -eq $a })' }
        @{ Free = 'a'; Text = '1 | ForEach-Object -Parallel { $using:a }' }
        @{ Free = 'a'; Text = 'function f { $a }; f' }
        @{ Free = ''; Text = 'function f($a) { $a }; f 1' }
        @{ Free = 'a'; Text = '$x = @{ InputObject = $a }; Write-Output @x' }
        @{ Free = 'a'; Text = '@{ key = $a }' }
        @{ Free = 'a'; Text = '[pscustomobject]@{ key = $a }' }
        @{ Free = 'a'; Text = '@($a)' }
        @{ Free = 'a'; Text = '$($a)' }
        @{ Free = 'a'; Text = '[string]$a' }
        @{ Free = 'a'; Text = '$a -as [string]' }
        @{ Free = 'a b'; Text = '$a -eq $b' }
        @{ Free = 'a b'; Text = '$true -and ($b = 1); $a; $b' }
        @{ Free = 'a b c'; Text = '$a ? $b : $c' }
        @{ Free = 'a b'; Text = '$a ?? $b' }
        @{ Free = 'b'; Text = '$a = 1; $a ??= $b; $a' }
        @{ Free = 'a'; Text = '$a | Write-Output | ForEach-Object { $_ }' }
        @{ Free = 'a'; Text = 'return $a' }
        @{ Free = ''; Text = '$true; $false; $null; $PID' }
        @{ Free = ''; Text = '"x" -match "x"; $Matches[0]' }
        @{ Free = 'a'; Text = 'trap { continue }; $a = 1; $a' }
        @{ Free = 'b'; Text = '$a = [ref]$b; $a.Value' }
        @{ Free = 'a'; Text = 'Write-Output "$a" -OutVariable b' }
        @{ Free = 'a'; Text = '$x = { $a }; & $x' }
        @{ Free = 'a'; Text = 'begin { $b = $a } process { } end { $b }' }
        @{ Free = 'b'; Text = 'end { $b = 1 } begin { $b }' }
        @{ Free = 'a'; Text = 'Get-Variable a -ValueOnly' }
        @{ Free = 'a b'; Text = "Get-Variable -Name 'a', 'b'" }
        @{ Free = ''; Text = '$a = 1; Get-Variable a' }
        @{ Free = 'a'; Text = '$a.ToString().Length' }
        @{ Free = 'a b'; Text = '$a[$b]' }
        @{ Free = 'a b'; Text = '$a.$b' }
        @{ Free = 'a'; Text = 'data x { 1 }; "$x$a"' }
        @{ Free = 'a'; Text = '& { & { $a } }' }
        @{ Free = 'a'; Text = 'switch (1) { 1 { $a } }' }
        @{ Free = 'a'; Text = '$x = ""; $x += $a; $x' }
        @{ Free = 'a'; Text = '(gv a).Value' }
        @{ Free = 'a'; Text = 'Get-Variable -Name:a' }
        @{ Free = 'a b'; Text = 'Get-Variable @(''a'', ''b'')' }
        @{ Free = 'a'; Text = 'Microsoft.PowerShell.Utility\Get-Variable a' }
        @{ Free = ''; Text = '$a = 1; (gv a).Value' }
        @{ Free = ''; Text = 'Get-Variable a -Scope Local -ErrorAction Ignore' }
        @{ Free = 'a'; Text = '(Get-Item variable:a).Value' }
        @{ Free = 'a'; Text = '(Get-Item Variable:\a).Value' }
        @{ Free = 'a'; Text = 'Get-Content variable:/a' }
        @{ Free = 'a'; Text = 'Test-Path variable:a' }
        @{ Free = 'a'; Text = '(Get-Item Microsoft.PowerShell.Core\Variable::a).Value' }
        @{ Free = 'a'; Text = '${variable:a}' }
        @{ Free = 'a'; Text = '$path = "variable:a"; (Get-Item $path).Value' }
        @{ Free = 'a'; Text = '$ExecutionContext.SessionState.PSVariable.Get("a").Value' }
        @{ Free = 'a'; Text = '$ExecutionContext.SessionState.PSVariable.GetValue("a")' }
        @{ Free = 'a'; Text = '''$a'' | Invoke-Expression' }
        @{ Free = 'a'; Text = '& ([scriptblock]::Create(''$a''))' }
        @{ Free = 'a'; Text = '$b = 1; $b = $a; $b' }
        @{ Free = 'a'; Text = '$a = 1; Remove-Variable a; $a' }
        @{ Free = 'a'; Text = '$a = 1; if ($false) { Remove-Variable a }; $a' }
        @{ Free = 'a b c'; Text = '$a = $b = $c = 1; Remove-Variable [x]; $a; $b; $c' }
        @{ Free = 'a'; Text = '$a = 1; foreach ($x in 1) { rv a }; $a' }
        @{ Free = 'a'; Text = '$private:a = 1; & { $a }' }
        @{ Free = ''; Text = '$private:a = 1; $a' }
        @{ Free = ''; Text = '$a = 1; 1 | ForEach-Object -Parallel { $using:a }' }
        @{ Free = 'a'; Text = '1 | ForEach-Object -Parallel { $a = 1; & { $using:a } }' }
        @{ Free = 'a'; Text = '1 | ForEach-Object -Parallel { $using:a.Length }' }
        @{ Free = 'a'; Text = 'Start-ThreadJob { $using:a } | Receive-Job -Wait -AutoRemoveJob' }
        @{ Free = ''; Text = '$env:CACHEKIT_TEST_A = 1; $env:CACHEKIT_TEST_A' }
        @{ Free = 'a'; Text = '$env:a = 1; $a' }
        @{ Free = 'a'; Text = 'try { throw 1 } catch { $a }' }
        @{ Free = 'a'; Text = '$b = 1; & { $private:b = $a; $b }; $b' }
        @{ Free = 'a'; Text = '$b = { $a }; . $b' }
        @{ Free = 'a b'; Text = '1, 2 | ForEach-Object { $a } { $_ } { $b }' }
    ) {
        # One case must not find the entries of another.
        $script:room = [guid]::NewGuid().ToString('n')
        $block = [scriptblock]::Create("[CacheKitTest.Counter]::Add(); $Text")
        if ($Text -match '^(param|begin|end)\b') {
            $head = '^(param\([^)]*\)|(?:begin|end) \{)'
            $block = [scriptblock]::Create(($Text -replace $head, '$0 [CacheKitTest.Counter]::Add();'))
        }

        Invoke-Case $block | Should -Be 0 -Because 'nothing changed'
        $found = foreach ($name in 'a', 'b', 'c') {
            if ((Invoke-Case $block -Changed $name) -gt 0) {
                $name
            }
        }
        "$found" | Should -BeExactly $Free
    }

    It 'Key: is refused where no key can cover { <Text> }' -ForEach @(
        @{ Text = 'Get-Variable $a' }
        @{ Text = 'Get-Variable "a$b"' }
        @{ Text = 'Get-Variable a*' }
        @{ Text = 'Get-Variable' }
        @{ Text = 'Get-Variable a -Scope 1' }
        @{ Text = '$a | Get-Variable' }
        @{ Text = 'Get-Variable @a' }
        @{ Text = 'gv -Name ($a)' }
        @{ Text = 'Get-Item "env:$a"' }
        @{ Text = 'Get-Item ("env:" + $a)' }
        @{ Text = '$x = "env:{0}" -f $a; Get-Item $x' }
        @{ Text = 'Get-ChildItem env:' }
        @{ Text = 'Get-ChildItem Env:\' }
        @{ Text = 'Get-Item env:PA*' }
        @{ Text = 'Get-Item (Join-Path env: $a)' }
        @{ Text = 'Set-Location env:' }
        @{ Text = 'Get-Item "variable:$a"' }
        @{ Text = 'Get-Item function:prompt' }
        @{ Text = 'Get-Content alias:gci' }
        @{ Text = '$function:prompt' }
        @{ Text = '$alias:gci' }
        @{ Text = '[Environment]::GetEnvironmentVariable($a)' }
        @{ Text = '[Environment]::GetEnvironmentVariables()' }
        @{ Text = '[Environment]::ExpandEnvironmentVariables($a)' }
        @{ Text = '[Environment]::$a()' }
        @{ Text = '$ExecutionContext.SessionState.PSVariable.GetValue($a)' }
        @{ Text = '$x = $ExecutionContext.SessionState.PSVariable; $x.GetValue("a")' }
        @{ Text = '$PSCmdlet.GetVariableValue($a)' }
        @{ Text = 'Invoke-Expression $a' }
        @{ Text = 'Invoke-Expression "$a"' }
        @{ Text = 'iex ($a + 1)' }
        @{ Text = '$a | iex' }
        @{ Text = '& ([scriptblock]::Create($a))' }
        @{ Text = '& ([scriptblock]::Create("$a"))' }
        @{ Text = '[powershell]::Create().AddScript((Get-Date))' }
        @{ Text = '& (Get-Module CacheKit) { $a }' }
        @{ Text = '. (Get-Module CacheKit) { $a }' }
        @{ Text = '$m = Get-Module CacheKit; & $m { $a }' }
        @{ Text = '(Get-Module CacheKit).NewBoundScriptBlock({ $a })' }
        @{ Text = '(Get-Module CacheKit).SessionState.PSVariable.Get("a")' }
        @{ Text = '. (Get-Date)' }
        @{ Text = '$x = Get-Date; . $x' }
        @{ Text = 'foreach ($x in $a) { . $x }' }
        @{ Text = '. $a.Path' }
        @{ Text = '$MyInvocation.ScriptName' }
        @{ Text = '& { $MyInvocation }' }
        @{ Text = 'function f { $MyInvocation.ScriptName }; f' }
        @{ Text = 'Invoke-Expression Get-Variable $a' }
    ) {
        $a = 'PATH'
        $b = 1
        $failure = { Get-CacheKitKey ([scriptblock]::Create("`n`n$Text")) } |
            Should -Throw -ErrorId 'KeyNotDerivable,CacheKit.Commands.GetCacheKitKeyCommand' -PassThru
        # The construct and its place, in one sentence, and the way out.
        $failure.Exception.Message |
            Should -MatchExactly '\AThe block [a-z].+ \(.+, line 3\), so that no key can be derived\.\z'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike '*-Key*-ArgumentList*-VaryBy*'
        "$a$b" | Should -Be 'PATH1'
    }

    It 'Key: is derived where a construct only looks like one that is refused: { <Text> }' -ForEach @(
        @{ Text = 'Write-Output "env:$a"' }
        @{ Text = '"Variable: $a"' }
        @{ Text = '$path = "x/$a"; Get-Item $path -ErrorAction Ignore' }
        @{ Text = 'Get-Item $a -ErrorAction Ignore; Write-Output "env: $a"' }
        @{ Text = '& $a' }
        @{ Text = 'function f { $MyInvocation.MyCommand.Name }; f' }
        @{ Text = '$Error.Clear(); $Error.Count' }
        @{ Text = 'try { throw 1 } catch { $Error[0] }' }
        @{ Text = '$x = { 1 }; . $x' }
        @{ Text = '. { $a }' }
        @{ Text = '[guid]::NewGuid(); [string]::Join(",", $a); [int]::Parse($b)' }
        @{ Text = '(Get-Date).ToString(); $a.Create' }
        @{ Text = '[pscredential]::Create; Get-Module' }
    ) {
        $a = 'PATH'
        $b = 1
        $null = $b
        $Error.Clear()
        (Get-CacheKitKey ([scriptblock]::Create($Text))).Key | Should -Not -BeNullOrEmpty
    }

    # What people write: nothing of it may be refused, although the caller has variables of the same names that have
    # no value identity.
    It 'Key: is derived from { <_> }' -ForEach @(Get-Content "$PSScriptRoot/RunbookBlocks.txt") {
        $sub, $root, $names = 'prod', '/tmp', @('a', 'b')
        $cfg = @{ Env = 'prod'; Path = '/tmp/x' }
        $obj = [pscustomobject]@{ Environment = 'e'; Name = 'n' }
        $cred = [pscredential]::new('u', (ConvertTo-Secret 'p'))
        $r = $item = $x = $result = $data = $file = $doc = $list = [System.Diagnostics.Process]::GetCurrentProcess()
        $null = $sub, $root, $names, $cfg, $obj, $cred, $r, $item, $x, $result, $data, $file, $doc, $list
        (Get-CacheKitKey ([scriptblock]::Create($_))).Key | Should -Not -BeNullOrEmpty
    }

    It 'Key: is derived from blocks of any size: <Name>' -ForEach @(
        @{
            Name = 'a megabyte'
            Text = { (1..25000 | ForEach-Object { "`$v$_ = $_; if (`$v$_) { Get-X `$v$_ }" }) -join "`n" }
        }
        @{ Name = 'ten thousand variables'; Text = { '$a; ' + ((1..10000 | ForEach-Object { "`$v$_" }) -join '; ') } }
        @{ Name = 'ten thousand in one text'; Text = { '"$a ' + ((1..10000 | ForEach-Object { "`$v$_" }) -join ' ') + '"' } }
        @{ Name = 'a sum of five thousand'; Text = { '$a' + ('+1' * 5000) } }
        @{ Name = 'three hundred blocks in each other'; Text = { ('& {' * 300) + '$a' + ('}' * 300) } }
        @{ Name = 'three hundred branches in each other'; Text = { ('if ($a) {' * 300) + '1' + ('}' * 300) } }
    ) {
        $block = [scriptblock]::Create((& $Text))
        $keys = foreach ($a in 1, 2, 1) { (Get-CacheKitKey $block).Key }
        $keys[0] | Should -Be $keys[2]
        if ($Name -ne 'a megabyte') {
            $keys[0] | Should -Not -Be $keys[1]
        }
    }

    It 'Key: covers the definition of a class that makes objects, and refuses its state: <Text>' -ForEach @(
        @{ Text = '[Stage2]::new().Get()'; Covered = $true }
        @{ Text = '([Stage2]@{}).Get()'; Covered = $true }
        @{ Text = '(New-Object Stage2).Get()'; Covered = $true }
        @{ Text = '[System.Collections.Generic.List[Stage2]]::new().Count'; Covered = $true }
        @{ Text = '1 -is [Stage2]'; Covered = $true }
        @{ Text = '[Stage2]::Value'; Covered = $false }
        @{ Text = '[Stage2]::Make()'; Covered = $false }
        @{ Text = '$type = [Stage2]; $type::Value'; Covered = $false }
        @{ Text = '[Stage3]::new()'; Covered = $false }
    ) {
        $classes = @'
            class Stage2 {
                static [int] $Value = 1
                static [Stage2] Make() { return [Stage2]::new() }
                [int] Get() { return VALUE }
            }
            class Stage3 { [int] Get() { return [Stage2]::Value } }
'@
        $keys = foreach ($value in 1, 2) {
            $script = "$($classes.Replace('VALUE', $value))`nGet-CacheKitKey { $Text }"
            try {
                (& ([scriptblock]::Create($script))).Key
            }
            catch {
                $_.FullyQualifiedErrorId -replace ',.*'
            }
        }
        if ($Covered) {
            $keys[0] | Should -Match '^ck:'
            $keys[1] | Should -Match '^ck:'
            $keys[0] | Should -Not -Be $keys[1]
        }
        else {
            $keys | Should -Be 'KeyNotDerivable', 'KeyNotDerivable'
        }
    }

    It 'Key: nothing is kept that may have come from a drive that shows variables' {
        $env:CACHEKIT_TEST_DRIVE = 'one'
        $null = New-PSDrive -Name cktest -PSProvider Environment -Root '' -Scope Global
        try {
            foreach ($path in 'cktest:CACHEKIT_TEST_DRIVE', @('cktest:CACHEKIT_TEST_DRIVE')) {
                { Invoke-SecureCached { (Get-Item $path).Value } } | Should -Throw -ErrorId 'KeyNotDerivable,*'
                { Get-CacheKitKey { (Get-Item $path).Value } } | Should -Throw -ErrorId 'KeyNotDerivable,*'
            }

            { Invoke-SecureCached { (Get-Item cktest:CACHEKIT_TEST_DRIVE).Value } } |
                Should -Throw -ErrorId 'KeyNotDerivable,*'
            Invoke-SecureCached { (Get-Item env:CACHEKIT_TEST_DRIVE -ErrorAction Ignore) | Out-Null; 'no other drive' } |
                Should -Be 'no other drive'
        }
        finally {
            Remove-PSDrive -Name cktest -Scope Global
        }

        $path = 'env:CACHEKIT_TEST_DRIVE'
        Invoke-SecureCached { (Get-Item $path).Value } | Should -Be 'one'
    }

    It 'Key: names the place in the file of a script' {
        $script = Get-TestPath -Extension .ps1
        Set-Content $script "`n`nGet-CacheKitKey {`n    Get-Variable `$name`n}"
        { & $script } | Should -Throw -ErrorId 'KeyNotDerivable,*' -ExpectedMessage (
            "*(Get-Variable `$name, line 4 of $([System.IO.Path]::GetFileName($script)))*")
    }

    It 'Key: covers variables in text that is run as a script: <Text>' -ForEach @(
        @{ Free = '$a'; Text = 'Invoke-Expression ''$a''' }
        @{ Free = '$a'; Text = 'iex ''& { $a }''' }
        @{ Free = ''; Text = 'Invoke-Expression ''$a = 1; $a''' }
    ) {
        $a = 1
        $report = Get-CacheKitKey ([scriptblock]::Create($Text))
        $found = $report.Components | Where-Object { $_.Kind -eq 'Variable' } | ForEach-Object { $_.Name }
        "$found" | Should -BeExactly $Free
        $a | Should -Be 1
    }

    It 'Key: covers free variables of a function with parameters before its body: <Text>' -ForEach @(
        @{ Free = ''; Text = 'function f($a) { $a }' }
        @{ Free = '$b'; Text = 'function f($a = $b) { $a }' }
        @{ Free = '$b'; Text = 'function f { param($a = $b) $a }' }
        @{ Free = '$b'; Text = 'filter f($a) { "$a$b" }' }
    ) {
        $a = $b = 1
        . ([scriptblock]::Create($Text))
        $report = Get-CacheKitKey ${function:f}
        $found = $report.Components | Where-Object { $_.Kind -eq 'Variable' } | ForEach-Object { $_.Name }
        "$found" | Should -BeExactly $Free
    }

    It 'Key: covers $Matches, which a failing match does not change' {
        $room = [guid]::NewGuid().ToString('n')
        foreach ($text in 'x1', 'x2') {
            $null = $text -match '\d'
            Invoke-SecureCached -Namespace $room { $null = 'a' -match 'b'; $Matches[0] } | Should -Be $text.Substring(1)
        }
    }
}
