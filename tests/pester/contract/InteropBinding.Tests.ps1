#Requires -Version 7.4
# How the parameters of a block take the arguments of -Interop.
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/../common.ps1"
    $commandType = 'CacheKit.Commands.GetCacheKitKeyCommand'
    $call = @{ Interop = 'op'; Namespace = 'interop-binding'; Plain = $true }
}

Describe 'Interop binding' {
    It 'Interop: binds <Case> as <Hex>' -ForEach @(
        @{ Case = 'none at all'; Block = { 1 }; Given = @(1, '2'); Hex = '9201a132' }
        @{ Case = 'an empty param()'; Block = { param() 1 }; Given = @(1); Hex = '9101' }
        @{ Case = 'any type'; Block = { param($A, $B) "$A$B" }; Given = @('1', 2); Hex = '92a13102' }
        @{
            Case  = 'declared types'
            Block = { param([long] $A, [string] $B) "$A$B" }
            Given = @('1', 2)
            Hex   = '9201a132'
        }
        @{
            Case  = 'defaults'
            Given = @(1)
            Hex   = '9501c2a178fe92c001'
            Block = { param($A, $B = $false, $C = 'x', $D = -2, $E = @($null, 1)) "$A$B$C$D$E" }
        }
        @{
            Case  = 'defaults that are given'
            Given = @(1, 2)
            Hex   = '930102c0'
            Block = { param($A, $B = 5, $C = $null) "$A$B$C" }
        }
        @{
            Case  = 'a default of a declared type'
            Given = @()
            Hex   = '91a135'
            Block = { param([string] $A = 5) $A }
        }
        @{ Case = 'a switch'; Block = { param($A, [switch] $All, $B) "$A$All$B" }; Given = @(1, 2); Hex = '9301c202' }
        @{
            Case  = 'a switch that is on'
            Block = [scriptblock]::Create('param([switch] $All = $true) $All')
            Given = @()
            Hex   = '91c3'
        }
        @{
            Case  = 'the rest'
            Given = @(1, 2, 3)
            Hex   = '9201920203'
            Block = { param($A, [Parameter(ValueFromRemainingArguments)] $Rest) "$A$Rest" }
        }
        @{
            Case  = 'no rest'
            Given = @(1)
            Hex   = '920190'
            Block = { param($A, [Parameter(ValueFromRemainingArguments)] $Rest) "$A$Rest" }
        }
        @{
            Case  = 'the rest of a declared type'
            Given = @('1', '2')
            Hex   = '91920102'
            Block = { param([Parameter(ValueFromRemainingArguments = $true)][int[]] $Rest) $Rest }
        }
        @{ Case = 'null'; Block = { param($A) $A }; Given = @($null); Hex = '91c0' }
        @{ Case = 'an array as one'; Block = { param([int[]] $A) $A }; Given = (, @('1', '2')); Hex = '91920102' }
        @{
            Case  = 'an advanced function''s'
            Given = @(1)
            Hex   = '920105'
            Block = { [CmdletBinding()] param([Parameter(Mandatory)] $A, [ValidateRange(0, 9)] $B = 5) "$A$B" }
        }
    ) {
        (Get-CacheKitKey @call $Block -ArgumentList $Given).CanonicalArguments | Should -BeExactly $Hex
    }

    It 'Interop: makes the same key of bound arguments and lets the block see them' {
        $session = New-CacheKitSession -Path "$TestDrive/binding.db" -MasterKey ('ab' * 32) -Namespace interop-binding
        $block = {
            param([long] $Id, $Kind = 'user', [switch] $All, [Parameter(ValueFromRemainingArguments)] $Rest)
            "$($Id.GetType().Name) $Id $Kind $All $Rest"
        }
        Invoke-SecureCached -Session $session -Interop op -ArgumentList '7' $block | Should -Be 'Int64 7 user False '
        Invoke-SecureCached -Session $session -Interop op -ArgumentList '7', 'group', 1, 2 $block |
            Should -Be 'Int64 7 group False 1 2'
        Get-CacheKitItem -Session $session -Interop op -ArgumentList 7, 'user', $false, @() |
            Should -Be 'Int64 7 user False '
        Get-CacheKitItem -Session $session -Interop op -ArgumentList 7, 'group', $false, @(1, 2) |
            Should -Be 'Int64 7 group False 1 2'
        $session.Dispose()
    }

    It 'Interop: binds the input object <Case>' -ForEach @(
        @{
            Case  = 'from the pipeline'
            Hex   = '9201a178'
            Block = { param([Parameter(ValueFromPipeline)][int] $Id, $Kind = 'x') process { "$Id$Kind" } }
        }
        @{ Case = 'by position'; Block = { param([int] $Id, $Kind = 'x') "$Id$Kind" }; Hex = '9201a178' }
        @{ Case = 'not at all'; Block = { "$_" }; Hex = '91a131' }
    ) {
        ('1' | Get-CacheKitKey @call $Block).CanonicalArguments | Should -BeExactly $Hex
    }

    It 'Interop: refuses <Case> with <Id>' -ForEach @(
        @{
            Case  = 'nothing for one'
            Block = { param($A, $B) "$A$B" }
            Given = @(1)
            Id    = 'InteropArgumentMissing'
            Says  = '\$B'
        }
        @{
            Case  = 'a default of the moment'
            Block = { param($A = (Get-Date)) $A }
            Given = @()
            Id    = 'InteropArgumentMissing'
            Says  = 'only when the block runs'
        }
        @{
            Case  = 'a default of a variable'
            Block = { param($A = $HOME) $A }
            Given = @()
            Id    = 'InteropArgumentMissing'
            Says  = 'only when the block runs'
        }
        @{
            Case  = 'too many'
            Block = { param($A) $A }
            Given = @(1, 2)
            Id    = 'InteropArgumentInvalid'
            Says  = 'arguments is 2'
        }
        @{
            Case  = 'one for a switch'
            Block = { param([switch] $A) $A }
            Given = @($true)
            Id    = 'InteropArgumentInvalid'
            Says  = 'arguments is 1'
        }
        @{
            Case  = 'another type'
            Block = { param([int] $A) $A }
            Given = @('x')
            Id    = 'InteropArgumentInvalid'
            Says  = '\$A cannot be made a System\.Int32'
        }
        @{
            Case  = 'text for a time'
            Block = { param([datetime] $A) $A }
            Given = @('2024-01-01')
            Id    = 'InteropArgumentInvalid'
            Says  = 'Unspecified'
        }
        @{
            Case  = 'positions of their own'
            Given = @(1, 2)
            Id    = 'InteropArgumentInvalid'
            Says  = 'positions'
            Block = { param([Parameter(Position = 1)] $A, [Parameter(Position = 0)] $B) "$A$B" }
        }
    ) {
        $problem = { Get-CacheKitKey @call $Block -ArgumentList $Given } |
            Should -Throw -ErrorId "$Id,$commandType" -PassThru
        "$problem" | Should -Match $Says
        $problem.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        "$problem" | Should -Not -Match "'x'"
    }
}
