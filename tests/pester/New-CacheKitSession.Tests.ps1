#Requires -Version 7.4
Set-StrictMode -Version Latest

BeforeAll {
    . "$PSScriptRoot/common.ps1"
}

AfterAll {
    Restore-TestEnvironment
}

Describe 'New-CacheKitSession' {
    BeforeEach {
        Initialize-TestEnvironment
    }

    Context 'the store' {
        It 'Store: is the one of the environment by default' {
            (New-CacheKitSession).Store | Should -Be "SQLite database '$env:CACHEKIT_CACHE_PATH'"
            $env:CACHEKIT_CACHE_PATH = $null
            $env:CACHEKIT_REDIS_URL = 'redis://user:p4ssword@cache.example/2'
            (New-CacheKitSession).Store | Should -Be 'Redis at cache.example:6379/2'
            $env:CACHEKIT_REDIS_URL = $null
            $env:CACHEKIT_API_KEY = 'p4ssword'
            (New-CacheKitSession).Store | Should -Match 'api\.cachekit\.io'
        }

        It 'Session: keeps its settings when the environment changes' {
            $session = New-CacheKitSession
            $first = Invoke-SecureCached -Session $session -Key stays { 'first' }
            $env:CACHEKIT_CACHE_PATH = Get-TestPath .db
            $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
            Invoke-SecureCached -Session $session -Key stays { 'second' } | Should -Be $first
            Invoke-SecureCached -Key stays { 'second' } | Should -Be 'second'
        }

        It 'Store: is memory only with -Memory' {
            $session = New-CacheKitSession -Memory
            $session.Store | Should -Be 'memory of this process'
            1..2 | ForEach-Object {
                Invoke-SecureCached -Session $session -Key m { [CacheKitTest.Counter]::Add(); 'value' }
            } | Should -Be 'value', 'value'
            [CacheKitTest.Counter]::Count | Should -Be 1
            Test-Path -LiteralPath $env:CACHEKIT_CACHE_PATH | Should -BeFalse
        }

        It 'Store: is shared by sessions of the same file' {
            $path = "$TestDrive/one/shared.db"
            Invoke-SecureCached -Session (New-CacheKitSession -Path $path) -Key f { 'written' } | Should -Be 'written'
            Test-Path -LiteralPath $path | Should -BeTrue
            Invoke-SecureCached -Session (New-CacheKitSession -Path $path) -Key f { 'again' } | Should -Be 'written'
        }

        It 'Store: is a file relative to the current location' {
            Push-Location -Path $TestDrive
            try {
                $session = New-CacheKitSession -Path here.db -MaxSize 1MB
            }
            finally {
                Pop-Location
            }

            $null = Invoke-SecureCached -Session $session { 1 }
            Test-Path -LiteralPath "$TestDrive/here.db" | Should -BeTrue
        }

        It 'Redis: connects only when it is needed: <Connection>' -ForEach @(
            @{ Connection = 'redis://cache.example'; More = @{}; Store = 'Redis at cache.example:6379/0' }
            @{ Connection = 'rediss://cache.example:7000/3'; More = @{}; Store = 'Redis at cache.example:7000/3' }
            @{
                Connection = 'rediss://cache.example/3'
                More       = @{ Database = 5 }
                Store      = 'Redis at cache.example:6379/5'
            }
            @{ Connection = 'cache.example:7000'; More = @{ Database = 5 }; Store = 'Redis at cache.example:7000/5' }
            @{
                Connection = 'cache.example'
                More       = @{ ConnectTimeout = 3; OperationTimeout = '500ms'; NoChangeNotification = $true }
                Store      = 'Redis at cache.example:6379/0'
            }
        ) {
            (New-CacheKitSession -Redis $Connection @More).Store | Should -Be $Store
        }

        It 'Store: is an HTTP store, with a key in either form' {
            (New-CacheKitSession -ApiKey key).Store | Should -Match 'api\.cachekit\.io'
            $key = ConvertTo-Secret 'key'
            $session = New-CacheKitSession -ApiKey $key -Uri https://cache.example -AllowCustomHost
            $session.Store | Should -Match 'cache\.example'
        }

        It 'Backend: is found by its name in any case' {
            $table = @{}
            Register-TableBackend -Name SessionTest -Table $table
            try {
                $session = New-CacheKitSession -Backend sessiontest -NoMemoryTier
                1..2 | ForEach-Object {
                    Invoke-SecureCached -Session $session -Key b { [CacheKitTest.Counter]::Add(); 'own' }
                } | Should -Be 'own', 'own'
                [CacheKitTest.Counter]::Count | Should -Be 1
                $table.Count | Should -Be 1
            }
            finally {
                Unregister-CacheKitBackend -Name SessionTest
            }
        }
    }

    Context 'tenant and key' {
        It 'Tenant: keeps separate entries' {
            $path = "$TestDrive/tenants.db"
            foreach ($tenant in 'acme', 'globex') {
                $session = New-CacheKitSession -Path $path -Tenant $tenant
                $session.Tenant | Should -Be $tenant
                Invoke-SecureCached -Session $session -Key who { $tenant } | Should -Be $tenant
            }

            $keys = foreach ($tenant in 'acme', 'globex', 'default') {
                (Get-CacheKitKey -Session (New-CacheKitSession -Path $path -Tenant $tenant) -Key who).Key
            }
            $keys[0] | Should -Not -Be $keys[1]
            (Get-CacheKitKey -Key who).Key | Should -Be $keys[2]
        }

        It 'MasterKey: accepts text, SecureString and bytes' {
            $text = New-CacheKitMasterKey
            $bytes = [Convert]::FromHexString($text)
            $keys = foreach ($form in $text, (ConvertTo-Secret $text), $bytes) {
                (Get-CacheKitKey -Session (New-CacheKitSession -Memory -MasterKey $form) -Key k).Key
            }
            $keys | Should -Be @($keys[0], $keys[0], $keys[0])
            (Get-CacheKitKey -Key k).Key | Should -Not -Be $keys[0]
        }

        It 'MasterKey: is not needed for public data and is looked up again later' {
            $env:CACHEKIT_MASTER_KEY = $null
            $session = New-CacheKitSession -Memory
            Invoke-Cached -Session $session -Key p { 'public' } | Should -Be 'public'
            { Invoke-SecureCached -Session $session -Key p { 'secret' } } |
                Should -Throw -ErrorId 'MasterKeyMissing,CacheKit.Commands.InvokeSecureCachedCommand'
            $env:CACHEKIT_MASTER_KEY = New-CacheKitMasterKey
            Invoke-SecureCached -Session $session -Key p { 'secret' } | Should -Be 'secret'
        }
    }

    Context 'defaults of calls' {
        It 'Namespace: is the default of calls that name none' {
            $session = New-CacheKitSession -Memory -Namespace reports
            (Get-CacheKitKey -Session $session -Key n).Key | Should -Match ':reports:'
            (Get-CacheKitKey -Session $session -Key n -Plain).Key | Should -Match ':reports:'
            (Get-CacheKitKey -Session $session -Key n -Namespace main).Key | Should -Match ':main:'
        }

        It 'Ttl: is the default of calls that give none' {
            $session = New-CacheKitSession -Memory -Ttl 1ms
            $session.Ttl | Should -Be ([timespan]::FromMilliseconds(1))
            $null = Invoke-SecureCached -Session $session -Key long -Ttl 1h { [CacheKitTest.Counter]::Add() }
            foreach ($round in 1..2) {
                $null = Invoke-SecureCached -Session $session -Key short { [CacheKitTest.Counter]::Add() }
                Wait-Until { -not (Test-CacheKitItem -Session $session short) }
            }
            [CacheKitTest.Counter]::Count | Should -Be 3
            $null = Invoke-SecureCached -Session $session -Key long -Ttl 1h { [CacheKitTest.Counter]::Add() }
            [CacheKitTest.Counter]::Count | Should -Be 3
        }

        It 'Session: fails after Dispose' {
            $session = New-CacheKitSession -Memory
            $session.IsClosed | Should -BeFalse
            Invoke-SecureCached -Session $session -Key c { 1 } | Should -Be 1
            $session.Dispose()
            $session.Dispose()
            $session.IsClosed | Should -BeTrue
            { Invoke-SecureCached -Session $session -Key c { 1 } } |
                Should -Throw -ErrorId 'SessionClosed,CacheKit.Commands.InvokeSecureCachedCommand'
            { Invoke-Cached -Session $session -Key c { 1 } } |
                Should -Throw -ErrorId 'SessionClosed,CacheKit.Commands.InvokeCachedCommand'
            { Get-CacheKitKey -Session $session -Key c } |
                Should -Throw -ErrorId 'SessionClosed,CacheKit.Commands.GetCacheKitKeyCommand'
        }

        It 'Session: refuses $null' {
            $none = $null
            { Invoke-SecureCached -Session $none { 1 } } | Should -Throw
        }

        It 'Session: can be closed by a block that uses it' {
            $session = New-CacheKitSession -Memory
            Invoke-SecureCached -Session $session -Key d { $session.Dispose(); 'done' } -VaryBy 1 | Should -Be 'done'
            $session.IsClosed | Should -BeTrue
        }
    }

    Context 'secrets of the caller' {
        It 'Session: keeps the API key when the caller disposes of it' {
            $key = ConvertTo-Secret 'p4ssword'
            $session = New-CacheKitSession -ApiKey $key -Uri http://127.0.0.1:1 -AllowCustomHost -AllowPrivateNetwork
            $key.Dispose()
            Invoke-Cached -Session $session -Key k { 5 } -WarningAction SilentlyContinue | Should -Be 5
            $session.Dispose()
        }

        It 'Session: keeps the password when the caller disposes of it' {
            $credential = [pscredential]::new('ada', (ConvertTo-Secret 'p4ssword'))
            $session = New-CacheKitSession -Redis 127.0.0.1:1 -Credential $credential
            $credential.Password.Dispose()
            Invoke-Cached -Session $session -Key k { 5 } -WarningAction SilentlyContinue | Should -Be 5
            $session.Dispose()
        }
    }

    Context 'what it shows' {
        It 'Session: shows no credential in any property or text' {
            $password = ConvertTo-Secret 'p4ssword'
            $credential = [pscredential]::new('ada', $password)
            $sessions = @(
                New-CacheKitSession -Redis 'redis://user:p4ssword@cache.example'
                New-CacheKitSession -Redis cache.example -Credential $credential
                New-CacheKitSession -ApiKey p4ssword
                New-CacheKitSession -Memory -MasterKey ('5a' * 32)
            )
            foreach ($session in $sessions) {
                $text = "$session" + ($session.PSObject.Properties.Value -join ' ')
                $text | Should -Not -Match 'p4ssword|5a5a'
                "$session" | Should -Be "$($session.Store), tenant 'default', namespace 'main'"
            }
        }
    }

    Context 'bad input' {
        It 'Session: refuses <Name> with <ErrorId>' -ForEach @(
            @{ Name = 'a blank path'; ErrorId = 'CachePathInvalid'; Given = @{ Path = ' ' } }
            @{ Name = 'a directory'; ErrorId = 'CachePathInvalid'; Given = @{ Path = '/' } }
            @{ Name = 'a path of another provider'; ErrorId = 'CachePathInvalid'; Given = @{ Path = 'Env:X' } }
            @{ Name = 'a size too small'; ErrorId = 'StoreSettingInvalid'; Given = @{ Path = 'x.db'; MaxSize = 1KB } }
            @{ Name = 'a blank Redis'; ErrorId = 'RedisUrlInvalid'; Given = @{ Redis = '' } }
            @{ Name = 'another scheme'; ErrorId = 'RedisUrlInvalid'; Given = @{ Redis = 'http://p4ssword@h' } }
            @{ Name = 'no CA file'; ErrorId = 'CaFileInvalid'; Given = @{ Redis = 'rediss://h'; CaFile = 'no.pem' } }
            @{
                Name    = 'no CA file over HTTP'
                ErrorId = 'CaFileInvalid'
                Given   = @{ ApiKey = 'p4ssword'; CaFile = 'no.pem' }
            }
            @{ Name = 'a time of zero'; ErrorId = 'StoreSettingInvalid'; Given = @{ Redis = 'h'; ConnectTimeout = 0 } }
            @{
                Name    = 'a time too long'
                ErrorId = 'StoreSettingInvalid'
                Given   = @{ Redis = 'h'; OperationTimeout = '11m' }
            }
            @{
                Name    = 'a time that is none'
                ErrorId = 'StoreSettingInvalid'
                Given   = @{ ApiKey = 'p4ssword'; OperationTimeout = 'x' }
            }
            @{ Name = 'an empty API key'; ErrorId = 'ApiKeyInvalid'; Given = @{ ApiKey = '' } }
            @{ Name = 'no API key'; ErrorId = 'ApiKeyInvalid'; Given = @{ ApiKey = $null } }
            @{ Name = 'a number as API key'; ErrorId = 'ApiKeyInvalid'; Given = @{ ApiKey = 5 } }
            @{ Name = 'a space in an API key'; ErrorId = 'ApiKeyInvalid'; Given = @{ ApiKey = 'p4ssword x' } }
            @{
                Name    = 'an address that is none'
                ErrorId = 'ApiUrlInvalid'
                Given   = @{ ApiKey = 'p4ssword'; Uri = 'x' }
            }
            @{
                Name    = 'an address with a password'
                ErrorId = 'ApiUrlInvalid'
                Given   = @{ ApiKey = 'k'; Uri = 'https://ada:p4ssword@api.cachekit.io' }
            }
            @{
                Name    = 'another host'
                ErrorId = 'ApiUrlInvalid'
                Given   = @{ ApiKey = 'p4ssword'; Uri = 'https://cache.example' }
            }
            @{
                Name    = 'a private host'
                ErrorId = 'ApiUrlInvalid'
                Given   = @{ ApiKey = 'p4ssword'; Uri = 'https://10.0.0.1'; AllowCustomHost = $true }
            }
            @{ Name = 'an unknown backend'; ErrorId = 'BackendNotFound'; Given = @{ Backend = 'nowhere' } }
            @{ Name = 'a blank tenant'; ErrorId = 'TenantInvalid'; Given = @{ Memory = $true; Tenant = ' ' } }
            @{
                Name    = 'a tenant too long'
                ErrorId = 'TenantInvalid'
                Given   = @{ Memory = $true; Tenant = "`u{e4}" * 513 }
            }
            @{
                Name    = 'a namespace with a space'
                ErrorId = 'NamespaceInvalid'
                Given   = @{ Memory = $true; Namespace = 'a b' }
            }
            @{ Name = 'a TTL of zero'; ErrorId = 'TtlInvalid'; Given = @{ Memory = $true; Ttl = 0 } }
            @{ Name = 'a TTL that is computed'; ErrorId = 'TtlInvalid'; Given = @{ Memory = $true; Ttl = { 5 } } }
            @{
                Name    = 'too little memory'
                ErrorId = 'StoreSettingInvalid'
                Given   = @{ Memory = $true; MemoryLimit = 5 }
            }
            @{
                Name    = 'a limit of no memory'
                ErrorId = 'ParameterConflict'
                Given   = @{ NoMemoryTier = $true; MemoryLimit = 64MB }
            }
            @{
                Name    = 'half a master key'
                ErrorId = 'MasterKeyInvalid'
                Given   = @{ Memory = $true; MasterKey = '5a' * 16 }
            }
            @{ Name = 'no master key'; ErrorId = 'MasterKeyInvalid'; Given = @{ Memory = $true; MasterKey = $null } }
        ) {
            $failure = { New-CacheKitSession @Given } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -Be "$ErrorId,CacheKit.Commands.NewCacheKitSessionCommand"
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
            $failure.CategoryInfo.Category | Should -Be (Get-DocumentedCategory $ErrorId)
            "$failure $($failure.TargetObject) $($failure.CategoryInfo) $($failure.Exception)" |
                Should -Not -Match 'p4ssword|5a5a'
        }

        It 'Session: refuses credentials in both the address and -Credential' {
            $credential = [pscredential]::new('ada', (ConvertTo-Secret 'p4ssword'))
            $failure = { New-CacheKitSession -Redis 'redis://bob:0ther@h' -Credential $credential } |
                Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'CredentialConflict,*'
            "$failure $($failure.Exception)" | Should -Not -Match 'p4ssword|0ther'
        }

        It 'Store: refuses an environment that chooses two stores, and names both' {
            $env:CACHEKIT_API_KEY = 'p4ssword'
            $failure = { New-CacheKitSession } | Should -Throw -PassThru
            $failure.FullyQualifiedErrorId | Should -BeLike 'StoreAmbiguous,*'
            "$failure" | Should -Match 'CACHEKIT_API_KEY and CACHEKIT_CACHE_PATH'
            "$failure" | Should -Not -Match 'p4ssword'
            (New-CacheKitSession -Memory).Store | Should -Be 'memory of this process'
        }

        It 'Backend: lists the registered backends when the name is unknown' {
            Register-CacheKitBackend -Name ListedOne @emptyBackend
            try {
                { New-CacheKitSession -Backend another } | Should -Throw -ExpectedMessage '*ListedOne*'
            }
            finally {
                Unregister-CacheKitBackend -Name ListedOne
            }
        }
    }
}
